static double primal(const double *cameras, long nc, long eleven, const double *points, long np, long three, const double *weights, long n,
                     const long *camera, long n2, const long *point, long n3, const double *feature, long n4, long two) {
    double total = 0.0;
    for (long i = 0; i < n; i++) {
        const double *c = cameras + 11 * camera[i], *p = points + 3 * point[i];
        double a = c[0], b = c[1], r = c[2], x = p[0] - c[3], y = p[1] - c[4], z = p[2] - c[5], u, v, w;
        double square = a * a + b * b + r * r;
        if (square != 0.0) {
            double theta = sqrt(square), co = cos(theta), si = sin(theta);
            a /= theta, b /= theta, r /= theta;
            double along = (a * x + b * y + r * z) * (1.0 - co);
            u = x * co + (b * z - r * y) * si + a * along;
            v = y * co + (r * x - a * z) * si + b * along;
            w = z * co + (a * y - b * x) * si + r * along;
        } else {
            u = x + b * z - r * y, v = y + r * x - a * z, w = z + a * y - b * x;
        }
        u /= w, v /= w;
        square = u * u + v * v;
        double factor = 1.0 + c[9] * square + c[10] * square * square;
        u = weights[i] * (u * factor * c[6] + c[7] - feature[2 * i]);
        v = weights[i] * (v * factor * c[6] + c[8] - feature[2 * i + 1]);
        double valid = 1.0 - weights[i] * weights[i];
        total += u * u + v * v + valid * valid;
    }
    return total;
}
