void gradient(const double *restrict w, long d1, const double *restrict x, long n, long d, const double *restrict y, long n2, double *restrict g) {
    for (long j = 0; j < d; j++) g[j] = w[j];
    g[d] = 0.0;
    for (long i = 0; i < n; i++) {
        double z = w[d];
        for (long j = 0; j < d; j++) z += w[j] * x[i * d + j];
        double e = exp(-y[i] * z), slope = -y[i] * e / (1.0 + e);
        for (long j = 0; j < d; j++) g[j] += slope * x[i * d + j];
        g[d] += slope;
    }
}
