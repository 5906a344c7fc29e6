static double primal(const double *sigma, long three, const double *y, long n) {
    double level = 0.0, slope = 0.0, a = 10.0, b = 0.0, d = 1.0, total = 0.0;
    for (long t = 0; t < n; t++) {
        level += slope;
        a = a + 2.0 * b + d + sigma[0] * sigma[0], b = b + d, d = d + sigma[1] * sigma[1];
        double f = a + sigma[2] * sigma[2], e = y[t] - level;
        total -= 0.5 * (log(f) + e * e / f);
        double g = a / f, h = b / f;
        level += g * e, slope += h * e;
        d -= h * b, b -= g * b, a -= g * a;
    }
    return total;
}
