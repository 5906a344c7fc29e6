/* Linear: the adjoint is the conjugate transform, of the conjugate it is the transform itself. */
void gradient(const double *restrict real, long n, const double *restrict imaginary, long n2, const double *restrict cosines, long n3,
              const double *restrict sines, long n4, double *restrict g, double *restrict h) {
    COPY(g, real, n), COPY(h, imaginary, n);
    transform(g, h, cosines, sines, n);
    for (long i = 0; i < n; i++) g[i] *= 2.0 * (i + 1) / n, h[i] *= -2.0 * (i + 1) / n;
    transform(g, h, cosines, sines, n);
    for (long i = 0; i < n; i++) h[i] = -h[i];
}
