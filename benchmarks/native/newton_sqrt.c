void gradient(const double *restrict x, long n, double *restrict g) {
    double kept[64];
    for (long i = 0; i < n; i++) {
        double a = x[i], y = 0.5 * (a + 1.0), v = i % 3 + 1, s = 0.0;
        long k = 0;
        while (fabs(y * y - a) > 1e-12 * a && k < 64) kept[k++] = y, y = 0.5 * (y + a / y);
        while (k > 0) {
            y = kept[--k];
            double r = 1.0 / y;
            s += 0.5 * v * r;
            v = 0.5 * v * (1.0 - a * r * r);
        }
        g[i] = s + 0.5 * v;
    }
}
