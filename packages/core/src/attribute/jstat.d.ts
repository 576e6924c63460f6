declare module 'jstat' {
  /** The distributions that leakguard takes from jstat. */
  const jStat: {
    beta: {
      cdf(x: number, alpha: number, beta: number): number;
    };
    studentt: {
      inv(p: number, degreesOfFreedom: number): number;
      cdf(x: number, degreesOfFreedom: number): number;
    };
    normal: {
      cdf(x: number, mean: number, deviation: number): number;
    };
  };
  export default jStat;
}
