void gradient(const double *restrict alpha, long k, const double *restrict mu, long k2, long d, const double *restrict q, long k3, long d2,
              const double *restrict l, long k4, long dl, const double *restrict x, long n, long d3, double *restrict ga,
              double *restrict gm, double *restrict gq, double *restrict gl) {
    double *restrict scale = NEW(k * d), *restrict sums = NEW(k), *restrict rows = NEW(k * d), *restrict beta = NEW(k), *restrict apart = NEW(d),
           *restrict back = NEW(d), s;
    ZERO(ga, k), ZERO(gm, k * d), ZERO(gq, k * d), ZERO(gl, k * dl);
    for (long a = 0; a < k; a++) {
        sums[a] = 0.0;
        for (long j = 0; j < d; j++) scale[a * d + j] = exp(q[a * d + j]), sums[a] += q[a * d + j];
    }
    for (long i = 0; i < n; i++) {
        for (long a = 0; a < k; a++) {
            double *restrict row = rows + a * d;
            for (long j = 0; j < d; j++) apart[j] = x[i * d + j] - mu[a * d + j], row[j] = scale[a * d + j] * apart[j];
            const double *restrict at = l + a * dl;
            for (long c = 0; c < d; c++) {
                for (long j = c + 1; j < d; j++) row[j] += at[j - c - 1] * apart[c];
                at += d - c - 1;
            }
            double square = 0.0;
            for (long j = 0; j < d; j++) square += row[j] * row[j];
            beta[a] = alpha[a] + sums[a] - 0.5 * square;
        }
        double top = beta[0];
        for (long a = 0; a < k; a++)
            if (beta[a] > top) top = beta[a];
        s = 0.0;
        for (long a = 0; a < k; a++) beta[a] = exp(beta[a] - top), s += beta[a];
        for (long a = 0; a < k; a++) {
            double w = beta[a] / s, *restrict row = rows + a * d;
            ga[a] += w;
            for (long j = 0; j < d; j++) {
                apart[j] = x[i * d + j] - mu[a * d + j];
                gq[a * d + j] += w * (1.0 - row[j] * scale[a * d + j] * apart[j]);
                back[j] = row[j] * scale[a * d + j];
            }
            const double *restrict at = l + a * dl;
            double *restrict to = gl + a * dl;
            for (long c = 0; c < d; c++) {
                double sum = 0.0, factor = -w * apart[c];
                for (long j = c + 1; j < d; j++) to[j - c - 1] += factor * row[j], sum += at[j - c - 1] * row[j];
                at += d - c - 1, to += d - c - 1;
                gm[a * d + c] += w * (back[c] + sum);
            }
        }
    }
    s = 0.0;
    for (long a = 0; a < k; a++) s += exp(alpha[a]);
    for (long a = 0; a < k; a++) ga[a] -= n * exp(alpha[a]) / s;
    for (long j = 0; j < k * d; j++) gq[j] -= scale[j] * scale[j];
    for (long j = 0; j < k * dl; j++) gl[j] -= l[j];
    free(scale), free(sums), free(rows), free(beta), free(apart), free(back);
}
