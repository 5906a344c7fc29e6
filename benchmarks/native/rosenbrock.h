static double primal(const double *x, long n) {
    double total = 0.0;
    for (long i = 0; i < n - 1; i++) {
        double v = x[i + 1] - x[i] * x[i], w = 1.0 - x[i];
        total += 100.0 * v * v + w * w;
    }
    return total;
}
