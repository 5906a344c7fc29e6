static double primal(const double *u0, long n, long m, long steps) {
    double *first = NEW(n * m), *second = NEW(n * m), *u = first, *w = second, total = 0.0;
    COPY(u, u0, n * m), COPY(w, u0, n * m);
    for (long t = 0; t < steps; t++) {
        for (long i = 1; i < n - 1; i++)
            for (long j = 1; j < m - 1; j++)
                w[i * m + j] = u[i * m + j] + 0.2 * (u[(i - 1) * m + j] + u[(i + 1) * m + j] + u[i * m + j - 1] + u[i * m + j + 1]
                                                     - 4.0 * u[i * m + j]);
        double *swap = u;
        u = w, w = swap;
    }
    for (long i = 0; i < n * m; i++) total += u[i] * u[i];
    free(first), free(second);
    return total;
}
