static double primal(const double *main, long l2, long b4, const double *extra, long three, long bits, const double *state, long l22, long bits2,
                     const double *sequence, long length, long bits3) {
    double *s = NEW(l2 * bits), *v = NEW(bits), total = 0.0;
    COPY(s, state, l2 * bits);
    for (long t = 0; t < length - 1; t++) {
        for (long i = 0; i < bits; i++) v[i] = sequence[t * bits + i] * extra[i];
        for (long j = 0; j < l2 / 2; j++)
            for (long i = 0; i < bits; i++) {
                const double *w = main + 2 * j * b4 + i, *b = w + b4;
                double *hidden = s + 2 * j * bits + i, *cell = hidden + bits;
                double forget = 1.0 / (1.0 + exp(-(v[i] * w[0] + b[0])));
                double enter = 1.0 / (1.0 + exp(-(*hidden * w[bits] + b[bits])));
                double leave = 1.0 / (1.0 + exp(-(v[i] * w[2 * bits] + b[2 * bits])));
                double change = tanh(*hidden * w[3 * bits] + b[3 * bits]);
                *cell = *cell * forget + enter * change;
                *hidden = leave * tanh(*cell);
                v[i] = *hidden;
            }
        double sums = 2.0;
        for (long i = 0; i < bits; i++) v[i] = v[i] * extra[bits + i] + extra[2 * bits + i], sums += exp(v[i]);
        double logarithm = log(sums);
        for (long i = 0; i < bits; i++) total += sequence[(t + 1) * bits + i] * (v[i] - logarithm);
    }
    free(s), free(v);
    return -total / (bits * (length - 1));
}
