static double primal(const double *x, long size) {
    long n = size / 3;
    double energy = 0.0;
    for (long i = 0; i < n; i++)
        for (long j = 0; j < i; j++) {
            double a = x[3 * i] - x[3 * j], b = x[3 * i + 1] - x[3 * j + 1], c = x[3 * i + 2] - x[3 * j + 2];
            energy -= 1.0 / sqrt(a * a + b * b + c * c + 0.01);
        }
    return energy;
}
