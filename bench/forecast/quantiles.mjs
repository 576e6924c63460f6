import jStat from 'jstat';

export const normalQuantile = (probability) => jStat.normal.inv(probability, 0, 1);
