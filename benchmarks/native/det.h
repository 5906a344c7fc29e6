static double minor(const double *a, long n, long *after, long row) {
    if (row == n - 1) return a[row * n + after[n]];
    double total = 0.0, sign = 1.0;
    for (long before = n, column = after[n]; column < n; before = column, column = after[column]) {
        after[before] = after[column];
        total += sign * a[row * n + column] * minor(a, n, after, row + 1);
        after[before] = column;
        sign = -sign;
    }
    return total;
}
static double primal(const double *a, long n, long m) {
    long *after = (long *)malloc((unsigned long)(n + 1) * sizeof(long));
    for (long i = 0; i < n; i++) after[i] = i + 1;
    after[n] = 0;
    double total = minor(a, n, after, 0);
    free(after);
    return total;
}
