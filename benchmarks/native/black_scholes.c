void gradient(const double *restrict spot, long n, const double *restrict strike, long n2, const double *restrict time, long n3,
              const double *restrict volatility, long n4, double rate, double *restrict gs, double *restrict gk, double *restrict gt,
              double *restrict gv) {
    for (long i = 0; i < n; i++) {
        double root = sqrt(time[i]), spread = volatility[i] * root;
        double d1 = (log(spot[i] / strike[i]) + (rate + 0.5 * volatility[i] * volatility[i]) * time[i]) / spread, d2 = d1 - spread;
        double below1 = 0.5 * (1.0 + erf(d1 * 0.7071067811865476)), below2 = 0.5 * (1.0 + erf(d2 * 0.7071067811865476));
        double discount = exp(-rate * time[i]), density = 0.3989422804014327 * exp(-0.5 * d1 * d1);
        gs[i] = below1;
        gk[i] = -discount * below2;
        gt[i] = spot[i] * density * volatility[i] / (2.0 * root) + rate * strike[i] * discount * below2;
        gv[i] = spot[i] * density * root;
    }
}
