static double primal(const double *x, long n) {
    double total = 0.0;
    for (long i = 0; i < n; i++) {
        double a = x[i], y = 0.5 * (a + 1.0);
        while (fabs(y * y - a) > 1e-12 * a) y = 0.5 * (y + a / y);
        total += y * (i % 3 + 1);
    }
    return total;
}
