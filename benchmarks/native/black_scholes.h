static double primal(const double *spot, long n, const double *strike, long n2, const double *time, long n3, const double *volatility, long n4,
                     double rate) {
    double total = 0.0;
    for (long i = 0; i < n; i++) {
        double spread = volatility[i] * sqrt(time[i]);
        double d1 = (log(spot[i] / strike[i]) + (rate + 0.5 * volatility[i] * volatility[i]) * time[i]) / spread, d2 = d1 - spread;
        total += spot[i] * 0.5 * (1.0 + erf(d1 * 0.7071067811865476));
        total -= strike[i] * exp(-rate * time[i]) * 0.5 * (1.0 + erf(d2 * 0.7071067811865476));
    }
    return total;
}
