/* What the primals use, without headers: Enzyme's compiler has none. Arrays come as a pointer and then their shape. */
#ifdef __cplusplus
extern "C" {
#define restrict __restrict
#endif
double exp(double), log(double), sqrt(double), tanh(double), sin(double), cos(double), erf(double), fabs(double);
void *malloc(unsigned long);
void free(void *);
void *memcpy(void *, const void *, unsigned long);
void *memset(void *, int, unsigned long);
#ifdef __cplusplus
}
#endif
#define NEW(n) ((double *)malloc((unsigned long)(n) * sizeof(double)))
#define COPY(to, from, n) memcpy(to, from, (unsigned long)(n) * sizeof(double))
#define ZERO(to, n) memset(to, 0, (unsigned long)(n) * sizeof(double))
