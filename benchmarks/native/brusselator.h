static double primal(const double *u0, long n, const double *v0, long n2, const double *p, long four, long steps) {
    const double dt = 2e-3;
    double *u = NEW(n), *v = NEW(n), *du = NEW(n), *dv = NEW(n), total = 0.0;
    COPY(u, u0, n), COPY(v, v0, n);
    for (long t = 0; t < steps; t++) {
        for (long i = 0; i < n; i++) {
            long left = i > 0 ? i - 1 : n - 1, right = i < n - 1 ? i + 1 : 0;
            double reaction = u[i] * u[i] * v[i];
            du[i] = p[0] + reaction - (p[1] + 1.0) * u[i] + p[2] * n * (u[left] - 2.0 * u[i] + u[right]);
            dv[i] = p[1] * u[i] - reaction + p[3] * n * (v[left] - 2.0 * v[i] + v[right]);
        }
        for (long i = 0; i < n; i++) u[i] += dt * du[i], v[i] += dt * dv[i];
    }
    for (long i = 0; i < n; i++) total += u[i] * u[i] + v[i];
    free(u), free(v), free(du), free(dv);
    return total;
}
