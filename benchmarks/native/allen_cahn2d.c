/* Rows and columns with a cell more on each side; the Laplacian is its own adjoint. */
static void wrap(double *u, long n, long m) {
    long k = m + 2;
    for (long i = 1; i <= n; i++) u[i * k] = u[i * k + m], u[i * k + m + 1] = u[i * k + 1];
    COPY(u, u + n * k, k), COPY(u + (n + 1) * k, u + k, k);
}
void gradient(const double *restrict u0, long n, long m, long steps, double *restrict g) {
    long k = m + 2, size = (n + 2) * k;
    double *history = NEW(size * (steps + 1)), *u = NEW(size), *w = NEW(size);
    for (long i = 0; i < n; i++) COPY(history + (i + 1) * k + 1, u0 + i * m, m);
    for (long t = 0; t < steps; t++) {
        double *restrict a = history + t * size, *restrict b = a + size;
        wrap(a, n, m);
        for (long i = 1; i <= n; i++)
            for (long j = i * k + 1; j <= i * k + m; j++)
                b[j] = a[j] + 0.1 * (a[j - k] + a[j + k] + a[j - 1] + a[j + 1] - 4.0 * a[j]) + 0.05 * (a[j] - a[j] * a[j] * a[j]);
    }
    for (long i = 1; i <= n; i++)
        for (long j = i * k + 1; j <= i * k + m; j++) u[j] = 2.0 * history[steps * size + j];
    for (long t = steps - 1; t >= 0; t--) {
        double *restrict a = history + t * size, *restrict b = u, *restrict c = w;
        wrap(b, n, m);
        for (long i = 1; i <= n; i++)
            for (long j = i * k + 1; j <= i * k + m; j++)
                c[j] = b[j] + 0.1 * (b[j - k] + b[j + k] + b[j - 1] + b[j + 1] - 4.0 * b[j]) + 0.05 * b[j] * (1.0 - 3.0 * a[j] * a[j]);
        double *swap = u;
        u = w, w = swap;
    }
    for (long i = 0; i < n; i++) COPY(g + i * m, u + (i + 1) * k + 1, m);
    free(history), free(u), free(w);
}
