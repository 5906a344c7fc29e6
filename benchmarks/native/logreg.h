static double primal(const double *w, long d1, const double *x, long n, long d, const double *y, long n2) {
    double loss = 0.0;
    for (long i = 0; i < n; i++) {
        double z = w[d];
        for (long j = 0; j < d; j++) z += w[j] * x[i * d + j];
        loss += log(1.0 + exp(-y[i] * z));
    }
    for (long j = 0; j < d; j++) loss += 0.5 * w[j] * w[j];
    return loss;
}
