static void transform(double *x, double *y, const double *cosines, const double *sines, long n) {
    for (long i = 1, j = 0; i < n; i++) {
        long bit = n >> 1;
        while (j & bit) j ^= bit, bit >>= 1;
        j ^= bit;
        if (i < j) {
            double swap = x[i];
            x[i] = x[j], x[j] = swap, swap = y[i], y[i] = y[j], y[j] = swap;
        }
    }
    for (long half = 1; half < n; half *= 2) {
        long stride = n / (2 * half);
        for (long start = 0; start < n; start += 2 * half)
            for (long k = 0; k < half; k++) {
                double c = cosines[k * stride], s = sines[k * stride];
                long a = start + k, b = start + k + half;
                double u = x[b] * c - y[b] * s, v = x[b] * s + y[b] * c;
                x[b] = x[a] - u, y[b] = y[a] - v;
                x[a] += u, y[a] += v;
            }
    }
}
static double primal(const double *real, long n, const double *imaginary, long n2, const double *cosines, long n3, const double *sines, long n4) {
    double *x = NEW(n), *y = NEW(n), total = 0.0;
    COPY(x, real, n), COPY(y, imaginary, n);
    transform(x, y, cosines, sines, n);
    for (long i = 0; i < n; i++) total += (x[i] * x[i] + y[i] * y[i]) * (i + 1) / n;
    free(x), free(y);
    return total;
}
