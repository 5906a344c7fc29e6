static double primal(const double *p, long four, const double *returns, long n) {
    double variance = p[0] / (1.0 - p[1] - p[2]), total = 0.0;
    for (long t = 0; t < n; t++) {
        double e = returns[t] - p[3];
        total -= 0.5 * (log(variance) + e * e / variance);
        variance = p[0] + p[1] * e * e + p[2] * variance;
    }
    return total;
}
