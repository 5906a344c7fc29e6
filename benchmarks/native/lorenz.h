#define SLOPE(a, b, c, x, y, z) double a = p[3] * ((y) - (x)), b = (x) * (p[4] - (z)) - (y), c = (x) * (y) - p[5] * (z)
static double primal(const double *p, long six, long steps) {
    const double h = 1e-3;
    double x = p[0], y = p[1], z = p[2];
    for (long t = 0; t < steps; t++) {
        SLOPE(a, b, c, x, y, z);
        SLOPE(d, e, f, x + 0.5 * h * a, y + 0.5 * h * b, z + 0.5 * h * c);
        SLOPE(g, i, j, x + 0.5 * h * d, y + 0.5 * h * e, z + 0.5 * h * f);
        SLOPE(k, m, n, x + h * g, y + h * i, z + h * j);
        x += h / 6.0 * (a + 2.0 * d + 2.0 * g + k);
        y += h / 6.0 * (b + 2.0 * e + 2.0 * i + m);
        z += h / 6.0 * (c + 2.0 * f + 2.0 * j + n);
    }
    return x + y + z;
}
