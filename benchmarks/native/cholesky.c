/* Keeps the factor alone: each column's adjoint comes from the factor as it ended. */
void gradient(const double *restrict matrix, long n, long m, double *restrict g) {
    double *restrict a = NEW(n * n);
    COPY(a, matrix, n * n), ZERO(g, n * n);
    for (long j = 0; j < n; j++) {
        for (long k = 0; k < j; k++)
            for (long i = j; i < n; i++) a[i * n + j] -= a[i * n + k] * a[j * n + k];
        double pivot = sqrt(a[j * n + j]);
        for (long i = j; i < n; i++) a[i * n + j] /= pivot;
    }
    for (long j = n - 1; j >= 0; j--) {
        double pivot = a[j * n + j], slope = 2.0 / pivot + g[j * n + j];
        for (long i = j + 1; i < n; i++) slope -= g[i * n + j] * a[i * n + j] / pivot, g[i * n + j] /= pivot;
        g[j * n + j] = 0.5 * slope / pivot;
        for (long k = 0; k < j; k++)
            for (long i = j; i < n; i++) {
                double s = g[i * n + j];
                g[i * n + k] -= s * a[j * n + k], g[j * n + k] -= s * a[i * n + k];
            }
    }
    free(a);
}
