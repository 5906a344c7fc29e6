/* Arrays with a cell more on each side, so that no neighbour needs a test; the adjoint gathers. */
void gradient(const double *restrict u0, long n, const double *restrict v0, long n2, const double *restrict p, long four, long steps,
              double *restrict gu, double *restrict gv, double *restrict gp) {
    const double dt = 2e-3, a = p[0], b = p[1] + 1.0, k = p[2] * n, l = p[3] * n;
    long m = n + 2;
    double *us = NEW(m * (steps + 1)), *vs = NEW(m * (steps + 1)), *U = NEW(m), *V = NEW(m);
    COPY(us + 1, u0, n), COPY(vs + 1, v0, n);
    for (long t = 0; t < steps; t++) {
        double *restrict u = us + m * t, *restrict v = vs + m * t, *restrict x = u + m, *restrict y = v + m;
        u[0] = u[n], u[n + 1] = u[1], v[0] = v[n], v[n + 1] = v[1];
        for (long i = 1; i <= n; i++) {
            double r = u[i] * u[i] * v[i];
            x[i] = u[i] + dt * (a + r - b * u[i] + k * (u[i - 1] - 2.0 * u[i] + u[i + 1]));
            y[i] = v[i] + dt * (p[1] * u[i] - r + l * (v[i - 1] - 2.0 * v[i] + v[i + 1]));
        }
    }
    double *end = us + m * steps, A = 0.0, B = 0.0, K = 0.0, L = 0.0;
    for (long i = 1; i <= n; i++) U[i] = 2.0 * end[i], V[i] = 1.0;
    double *W = NEW(m), *X = NEW(m);
    for (long t = steps - 1; t >= 0; t--) {
        double *restrict u = us + m * t, *restrict v = vs + m * t;
        U[0] = U[n], U[n + 1] = U[1], V[0] = V[n], V[n + 1] = V[1];
        for (long i = 1; i <= n; i++) {
            double d = dt * (U[i] - V[i]);
            A += U[i];
            B += u[i] * (V[i] - U[i]);
            K += U[i] * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
            L += V[i] * (v[i - 1] - 2.0 * v[i] + v[i + 1]);
            W[i] = U[i] + 2.0 * u[i] * v[i] * d - dt * b * U[i] + dt * p[1] * V[i] + dt * k * (U[i - 1] - 2.0 * U[i] + U[i + 1]);
            X[i] = V[i] + u[i] * u[i] * d + dt * l * (V[i - 1] - 2.0 * V[i] + V[i + 1]);
        }
        double *swap = U;
        U = W, W = swap, swap = V, V = X, X = swap;
    }
    COPY(gu, U + 1, n), COPY(gv, V + 1, n);
    gp[0] = dt * A, gp[1] = dt * B, gp[2] = dt * n * K, gp[3] = dt * n * L;
    free(us), free(vs), free(U), free(V), free(W), free(X);
}
