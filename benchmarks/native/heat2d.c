/* Linear, so nothing is kept. The adjoint of a step gathers from the inner cells: what the border holds is set apart. */
void gradient(const double *restrict u0, long n, long m, long steps, double *restrict g) {
    double *u = NEW(n * m), *w = NEW(n * m);
    COPY(u, u0, n * m), COPY(w, u0, n * m);
    for (long t = 0; t < steps; t++) {
        double *restrict a = u, *restrict b = w;
        for (long i = 1; i < n - 1; i++)
            for (long j = 1; j < m - 1; j++)
                b[i * m + j] = a[i * m + j] + 0.2 * (a[(i - 1) * m + j] + a[(i + 1) * m + j] + a[i * m + j - 1] + a[i * m + j + 1]
                                                     - 4.0 * a[i * m + j]);
        double *swap = u;
        u = w, w = swap;
    }
    for (long i = 0; i < n * m; i++) g[i] = 2.0 * u[i];
    ZERO(u, n * m), ZERO(w, n * m);
    for (long i = 1; i < n - 1; i++)
        for (long j = 1; j < m - 1; j++) u[i * m + j] = g[i * m + j], g[i * m + j] = 0.0;
    for (long t = 0; t < steps; t++) {
        double *restrict a = u, *restrict b = w;
        for (long j = 1; j < m - 1; j++) g[j] += 0.2 * a[m + j], g[(n - 1) * m + j] += 0.2 * a[(n - 2) * m + j];
        for (long i = 1; i < n - 1; i++) g[i * m] += 0.2 * a[i * m + 1], g[i * m + m - 1] += 0.2 * a[i * m + m - 2];
        for (long i = 1; i < n - 1; i++)
            for (long j = 1; j < m - 1; j++)
                b[i * m + j] = a[i * m + j] + 0.2 * (a[(i - 1) * m + j] + a[(i + 1) * m + j] + a[i * m + j - 1] + a[i * m + j + 1]
                                                     - 4.0 * a[i * m + j]);
        double *swap = u;
        u = w, w = swap;
    }
    for (long i = 1; i < n - 1; i++)
        for (long j = 1; j < m - 1; j++) g[i * m + j] += u[i * m + j];
    free(u), free(w);
}
