static double primal(const double *matrix, long n, long m) {
    double *a = NEW(n * n), logarithm = 0.0;
    COPY(a, matrix, n * n);
    for (long j = 0; j < n; j++) {
        for (long k = 0; k < j; k++)
            for (long i = j; i < n; i++) a[i * n + j] -= a[i * n + k] * a[j * n + k];
        double pivot = sqrt(a[j * n + j]);
        logarithm += log(pivot);
        for (long i = j; i < n; i++) a[i * n + j] /= pivot;
    }
    free(a);
    return 2.0 * logarithm;
}
