/* Adjoint of one slope: from (da, db, dc) at (x, y, z) to the point and the parameters. */
#define BACK(da, db, dc, x, y, z) \
    A1 = da, B1 = db, C1 = dc, X = -p[3] * A1 + (p[4] - (z)) * B1 + (y) * C1, Y = p[3] * A1 - B1 + (x) * C1, Z = -(x) * B1 - p[5] * C1, \
    s += ((y) - (x)) * A1, r += (x) * B1, q -= (z) * C1
void gradient(const double *restrict p, long six, long steps, double *restrict out) {
    const double h = 1e-3;
    double *kept = NEW(3 * steps), x = p[0], y = p[1], z = p[2];
    for (long t = 0; t < steps; t++) {
        kept[3 * t] = x, kept[3 * t + 1] = y, kept[3 * t + 2] = z;
        SLOPE(a, b, c, x, y, z);
        SLOPE(d, e, f, x + 0.5 * h * a, y + 0.5 * h * b, z + 0.5 * h * c);
        SLOPE(g, i, j, x + 0.5 * h * d, y + 0.5 * h * e, z + 0.5 * h * f);
        SLOPE(k, m, n, x + h * g, y + h * i, z + h * j);
        x += h / 6.0 * (a + 2.0 * d + 2.0 * g + k);
        y += h / 6.0 * (b + 2.0 * e + 2.0 * i + m);
        z += h / 6.0 * (c + 2.0 * f + 2.0 * j + n);
    }
    double u = 1.0, v = 1.0, w = 1.0, s = 0.0, r = 0.0, q = 0.0;
    for (long t = steps - 1; t >= 0; t--) {
        double X, Y, Z, A1, B1, C1;
        x = kept[3 * t], y = kept[3 * t + 1], z = kept[3 * t + 2];
        SLOPE(a, b, c, x, y, z);
        double x1 = x + 0.5 * h * a, y1 = y + 0.5 * h * b, z1 = z + 0.5 * h * c;
        SLOPE(d, e, f, x1, y1, z1);
        double x2 = x + 0.5 * h * d, y2 = y + 0.5 * h * e, z2 = z + 0.5 * h * f;
        SLOPE(g, i, j, x2, y2, z2);
        double x3 = x + h * g, y3 = y + h * i, z3 = z + h * j;
        double A = h / 6.0 * u, B = h / 6.0 * v, C = h / 6.0 * w;
        BACK(A, B, C, x3, y3, z3);
        double su = X, sv = Y, sw = Z;
        BACK(2.0 * A + h * X, 2.0 * B + h * Y, 2.0 * C + h * Z, x2, y2, z2);
        su += X, sv += Y, sw += Z;
        BACK(2.0 * A + 0.5 * h * X, 2.0 * B + 0.5 * h * Y, 2.0 * C + 0.5 * h * Z, x1, y1, z1);
        su += X, sv += Y, sw += Z;
        BACK(A + 0.5 * h * X, B + 0.5 * h * Y, C + 0.5 * h * Z, x, y, z);
        u += su + X, v += sv + Y, w += sw + Z;
    }
    out[0] = u, out[1] = v, out[2] = w, out[3] = s, out[4] = r, out[5] = q;
    free(kept);
}
