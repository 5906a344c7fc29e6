static double primal(const double *alpha, long k, const double *mu, long k2, long d, const double *q, long k3, long d2, const double *l, long k4,
                     long dl, const double *x, long n, long d3) {
    double *scale = NEW(k * d), *sums = NEW(k), *row = NEW(d), *beta = NEW(k), total = 0.0, s;
    for (long a = 0; a < k; a++) {
        sums[a] = 0.0;
        for (long j = 0; j < d; j++) scale[a * d + j] = exp(q[a * d + j]), sums[a] += q[a * d + j];
    }
    for (long i = 0; i < n; i++) {
        for (long a = 0; a < k; a++) {
            for (long j = 0; j < d; j++) row[j] = scale[a * d + j] * (x[i * d + j] - mu[a * d + j]);
            long at = 0;
            for (long c = 0; c < d; c++)
                for (long j = c + 1; j < d; j++) row[j] += l[a * dl + at++] * (x[i * d + c] - mu[a * d + c]);
            double square = 0.0;
            for (long j = 0; j < d; j++) square += row[j] * row[j];
            beta[a] = alpha[a] + sums[a] - 0.5 * square;
        }
        double top = beta[0];
        for (long a = 0; a < k; a++)
            if (beta[a] > top) top = beta[a];
        s = 0.0;
        for (long a = 0; a < k; a++) s += exp(beta[a] - top);
        total += top + log(s);
    }
    s = 0.0;
    for (long a = 0; a < k; a++) s += exp(alpha[a]);
    total -= n * log(s);
    for (long a = 0; a < k; a++) {
        for (long j = 0; j < d; j++) total -= 0.5 * scale[a * d + j] * scale[a * d + j];
        for (long j = 0; j < dl; j++) total -= 0.5 * l[a * dl + j] * l[a * dl + j];
    }
    free(scale), free(sums), free(row), free(beta);
    return total;
}
