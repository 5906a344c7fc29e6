static double primal(const double *w1, long n1, long d, const double *b1, long nb1, const double *w2, long n2, long n1b, const double *b2,
                     long nb2, const double *w3, long n3, const double *x, long batch, long dx, const double *y, long ny) {
    double *h1 = NEW(n1), *h2 = NEW(n2), loss = 0.0;
    for (long s = 0; s < batch; s++) {
        for (long i = 0; i < n1; i++) {
            double a = b1[i];
            for (long j = 0; j < d; j++) a += w1[i * d + j] * x[s * d + j];
            h1[i] = tanh(a);
        }
        for (long i = 0; i < n2; i++) {
            double a = b2[i];
            for (long j = 0; j < n1; j++) a += w2[i * n1 + j] * h1[j];
            h2[i] = tanh(a);
        }
        double out = 0.0;
        for (long i = 0; i < n2; i++) out += w3[i] * h2[i];
        loss += (out - y[s]) * (out - y[s]);
    }
    free(h1), free(h2);
    return loss;
}
