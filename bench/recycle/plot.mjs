import { init } from 'echarts';

/** @typedef {{ title: string, recycled: number, rss: { jobs: number, bytes: number }[] }} MemoryRun */

/** Resident memory over jobs done, a line per run, as an SVG document. @param {MemoryRun[]} runs */
export async function plotMemory(runs) {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 960, height: 480 });
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    title: { text: 'Resident memory of worker and isolates while jobs leak', left: 'center' },
    legend: { bottom: 0 },
    grid: { left: 70, right: 30, top: 50, bottom: 80 },
    xAxis: { type: 'value', name: 'jobs done', nameLocation: 'middle', nameGap: 28, min: 0 },
    yAxis: { type: 'value', name: 'MB', min: 0 },
    series: runs.map(({ title, rss }) => ({
      type: 'line',
      name: title,
      showSymbol: false,
      data: rss.map(({ jobs, bytes }) => [jobs, Math.round(bytes / 2 ** 20)]),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
