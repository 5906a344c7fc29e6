void gradient(const double *restrict x, long size, double *restrict g) {
    long n = size / 3;
    ZERO(g, size);
    for (long i = 0; i < n; i++) {
        double u = 0.0, v = 0.0, w = 0.0;
        for (long j = 0; j < i; j++) {
            double a = x[3 * i] - x[3 * j], b = x[3 * i + 1] - x[3 * j + 1], c = x[3 * i + 2] - x[3 * j + 2];
            double r = 1.0 / sqrt(a * a + b * b + c * c + 0.01), s = r * r * r;
            u += s * a, v += s * b, w += s * c;
            g[3 * j] -= s * a, g[3 * j + 1] -= s * b, g[3 * j + 2] -= s * c;
        }
        g[3 * i] += u, g[3 * i + 1] += v, g[3 * i + 2] += w;
    }
}
