static double primal(const double *u0, long n, long m, long steps) {
    double *both = NEW(2 * n * m), total = 0.0;
    COPY(both, u0, n * m);
    for (long t = 0; t < steps; t++) { /* not by swapping pointers: Enzyme's gradient of that is wrong */
        double *u = both + t % 2 * n * m, *w = both + (t + 1) % 2 * n * m;
        for (long i = 0; i < n; i++) {
            long up = i > 0 ? i - 1 : n - 1, down = i < n - 1 ? i + 1 : 0;
            for (long j = 0; j < m; j++) {
                long left = j > 0 ? j - 1 : m - 1, right = j < m - 1 ? j + 1 : 0;
                double c = u[i * m + j];
                w[i * m + j] = c + 0.1 * (u[up * m + j] + u[down * m + j] + u[i * m + left] + u[i * m + right] - 4.0 * c)
                    + 0.05 * (c - c * c * c);
            }
        }
    }
    for (long i = steps % 2 * n * m; i < (steps % 2 + 1) * n * m; i++) total += both[i] * both[i];
    free(both);
    return total;
}
