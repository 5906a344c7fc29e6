static double primal(const double *a, long n, long m, const double *b, long m2, long k) {
    double *c = NEW(n * k), total = 0.0;
    ZERO(c, n * k);
    for (long i = 0; i < n; i++)
        for (long l = 0; l < m; l++)
            for (long j = 0; j < k; j++) c[i * k + j] += a[i * m + l] * b[l * k + j];
    for (long i = 0; i < n * k; i++) total += c[i] * c[i];
    free(c);
    return total;
}
