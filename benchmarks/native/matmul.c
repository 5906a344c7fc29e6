void gradient(const double *restrict a, long n, long m, const double *restrict b, long m2, long k, double *restrict ga, double *restrict gb) {
    double *restrict c = NEW(n * k);
    ZERO(c, n * k), ZERO(gb, m * k);
    for (long i = 0; i < n; i++)
        for (long l = 0; l < m; l++)
            for (long j = 0; j < k; j++) c[i * k + j] += a[i * m + l] * b[l * k + j];
    for (long i = 0; i < n * k; i++) c[i] *= 2.0;
    for (long i = 0; i < n; i++)
        for (long l = 0; l < m; l++) {
            double sum = 0.0;
            for (long j = 0; j < k; j++) sum += c[i * k + j] * b[l * k + j], gb[l * k + j] += c[i * k + j] * a[i * m + l];
            ga[i * m + l] = sum;
        }
    free(c);
}
