void gradient(const double *restrict x, long n, double *restrict g) {
    double carry = 0.0;
    for (long i = 0; i < n - 1; i++) {
        double v = 200.0 * (x[i + 1] - x[i] * x[i]);
        g[i] = carry - 2.0 * v * x[i] - 2.0 * (1.0 - x[i]);
        carry = v;
    }
    g[n - 1] = carry;
}
