/* What the primals use, without headers: Enzyme's compiler has none. Arrays come as a pointer and then their shape. */
#ifdef __cplusplus
extern "C" {
#define restrict __restrict
#endif
double exp(double), log(double), sqrt(double), tanh(double), sin(double), cos(double), erf(double), fabs(double);
void *malloc(unsigned long);
void free(void *);
#ifdef __cplusplus
}
#endif
#define NEW(n) ((double *)malloc((unsigned long)(n) * sizeof(double)))
/* Loops, not memcpy: of what that moves Enzyme cannot always tell the type. */
static void COPY(double *restrict to, const double *restrict from, long n) {
    for (long i = 0; i < n; i++) to[i] = from[i];
}
static void ZERO(double *to, long n) {
    for (long i = 0; i < n; i++) to[i] = 0.0;
}
