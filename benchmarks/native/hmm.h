static double primal(const double *move, long k, long k2, const double *emit, long k3, long m, const long *seen, long length) {
    double *a = NEW(k * k), *b = NEW(k * m), *p = NEW(k), *q = NEW(k), likelihood = 0.0;
    for (long i = 0; i < k; i++) {
        double total = 0.0;
        for (long j = 0; j < k; j++) a[i * k + j] = exp(move[i * k + j]), total += a[i * k + j];
        for (long j = 0; j < k; j++) a[i * k + j] /= total;
        total = 0.0;
        for (long j = 0; j < m; j++) b[i * m + j] = exp(emit[i * m + j]), total += b[i * m + j];
        for (long j = 0; j < m; j++) b[i * m + j] /= total;
    }
    for (long j = 0; j < k; j++) p[j] = 1.0 / k;
    for (long t = 0; t < length; t++) {
        double total = 0.0;
        for (long j = 0; j < k; j++) {
            double s = 0.0;
            for (long i = 0; i < k; i++) s += p[i] * a[i * k + j];
            q[j] = s * b[j * m + seen[t]], total += q[j];
        }
        for (long j = 0; j < k; j++) p[j] = q[j] / total;
        likelihood += log(total);
    }
    free(a), free(b), free(p), free(q);
    return likelihood;
}
