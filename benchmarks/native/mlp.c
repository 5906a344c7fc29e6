void gradient(const double *restrict w1, long n1, long d, const double *restrict b1, long nb1, const double *restrict w2, long n2, long n1b,
              const double *restrict b2, long nb2, const double *restrict w3, long n3, const double *restrict x, long batch, long dx,
              const double *restrict y, long ny, double *restrict gw1, double *restrict gb1, double *restrict gw2, double *restrict gb2,
              double *restrict gw3) {
    double *restrict h1 = NEW(n1), *restrict h2 = NEW(n2), *restrict a1 = NEW(n1);
    ZERO(gw1, n1 * d), ZERO(gb1, n1), ZERO(gw2, n2 * n1), ZERO(gb2, n2), ZERO(gw3, n2);
    for (long s = 0; s < batch; s++) {
        for (long i = 0; i < n1; i++) {
            double a = b1[i];
            for (long j = 0; j < d; j++) a += w1[i * d + j] * x[s * d + j];
            h1[i] = tanh(a), a1[i] = 0.0;
        }
        double out = 0.0;
        for (long i = 0; i < n2; i++) {
            double a = b2[i];
            for (long j = 0; j < n1; j++) a += w2[i * n1 + j] * h1[j];
            h2[i] = tanh(a), out += w3[i] * h2[i];
        }
        double slope = 2.0 * (out - y[s]);
        for (long i = 0; i < n2; i++) {
            gw3[i] += slope * h2[i];
            double a = slope * w3[i] * (1.0 - h2[i] * h2[i]);
            gb2[i] += a;
            for (long j = 0; j < n1; j++) gw2[i * n1 + j] += a * h1[j], a1[j] += a * w2[i * n1 + j];
        }
        for (long i = 0; i < n1; i++) {
            double a = a1[i] * (1.0 - h1[i] * h1[i]);
            gb1[i] += a;
            for (long j = 0; j < d; j++) gw1[i * d + j] += a * x[s * d + j];
        }
    }
    free(h1), free(h2), free(a1);
}
