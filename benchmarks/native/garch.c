void gradient(const double *restrict p, long four, const double *restrict returns, long n, double *restrict g) {
    double *kept = NEW(n), start = 1.0 / (1.0 - p[1] - p[2]), variance = p[0] * start, a = 0.0, b = 0.0, c = 0.0, d = 0.0, v = 0.0;
    for (long t = 0; t < n; t++) {
        double e = returns[t] - p[3];
        kept[t] = variance;
        variance = p[0] + p[1] * e * e + p[2] * variance;
    }
    for (long t = n - 1; t >= 0; t--) {
        double e = returns[t] - p[3], r = 1.0 / kept[t];
        a += v, b += v * e * e, c += v * kept[t];
        d -= v * 2.0 * p[1] * e - e * r;
        v = v * p[2] - 0.5 * (r - e * e * r * r);
    }
    g[0] = a + v * start, g[1] = b + v * p[0] * start * start, g[2] = c + v * p[0] * start * start, g[3] = d;
    free(kept);
}
