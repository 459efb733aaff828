// SPDX-License-Identifier: GPL-2.0-or-later
import {
  CustomChart,
  LineChart,
  type CustomSeriesOption,
  type LineSeriesOption,
} from 'echarts/charts';
import {
  DataZoomInsideComponent,
  GridComponent,
  TooltipComponent,
  type DataZoomComponentOption,
  type GridComponentOption,
  type TooltipComponentOption,
} from 'echarts/components';
import { init, use, type ComposeOption, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { element } from './dom.js';
import { compact } from './numbers.js';
import { currentTheme, tipLook, whenThemeChanges, type Theme } from './theme.js';
import type { TimeWindow, WindowControl } from './window.js';

use([
  CustomChart,
  LineChart,
  DataZoomInsideComponent,
  GridComponent,
  TooltipComponent,
  CanvasRenderer,
]);

export type PlotOption = ComposeOption<
  | CustomSeriesOption
  | LineSeriesOption
  | DataZoomComponentOption
  | GridComponentOption
  | TooltipComponentOption
>;

/** What a plot over virtual time is made of. */
export interface PlotParts {
  /** For who cannot see it: what is drawn. */
  readonly label: string;
  /** Height in pixels. */
  readonly height: number;
  /** What is drawn, in the colours of the theme, in a place so many pixels wide. */
  readonly option: (theme: Theme, width: number) => PlotOption;
  /** What was the case at a time, in words: told when the reader moves along with the arrow keys. */
  readonly at: (time: number) => string;
  /** Distance of two times that differ, in cycles: how far an arrow key goes at least. */
  readonly step: number;
}

/** Room for the labels of the y axis, in pixels. */
export const LEFT = 66;
export const RIGHT = 14;

/** A plot over virtual time, which shows the page's window. */
export class Plot {
  readonly #chart: EChartsType;
  readonly #parts: PlotParts;
  readonly #window: WindowControl;
  readonly #readout = element('div', { class: 'readout', 'aria-live': 'polite' });
  #cursor: number | undefined;

  constructor(place: HTMLElement, window: WindowControl, parts: PlotParts) {
    this.#parts = parts;
    this.#window = window;
    const canvas = element('div', {
      class: 'plot',
      style: `height:${parts.height}px`,
      tabindex: '0',
      role: 'group',
      'aria-roledescription': 'plot',
      'aria-label': `${parts.label} Arrow keys move along it, plus and minus zoom.`,
    });
    place.append(canvas, this.#readout);
    this.#chart = init(canvas);
    this.redraw();
    canvas.addEventListener('keydown', (event) => this.#onKey(event));
    this.#chart.on('datazoom', () => this.#onZoom());
    window.onChange((shown) => this.#show(shown));
    whenThemeChanges(() => this.redraw());
    new ResizeObserver(() => {
      this.#chart.resize();
      this.redraw();
    }).observe(canvas);
  }

  /** Draws everything anew: the data have changed, the colours, or the size. */
  redraw(): void {
    const theme = currentTheme();
    const option = this.#parts.option(theme, this.#chart.getWidth());
    this.#chart.setOption({ ...common(theme), ...option }, { notMerge: true });
    this.#show(this.#window.window);
  }

  #show({ from, to }: TimeWindow): void {
    this.#chart.dispatchAction(
      { type: 'dataZoom', startValue: from, endValue: to },
      { silent: true },
    );
  }

  /** The reader has zoomed or dragged within this plot. */
  #onZoom(): void {
    const option = this.#chart.getOption() as {
      dataZoom: { startValue: number; endValue: number }[];
    };
    const [zoom] = option.dataZoom;
    if (zoom !== undefined) this.#window.set({ from: zoom.startValue, to: zoom.endValue });
  }

  #onKey(event: KeyboardEvent): void {
    const { from, to } = this.#window.window;
    const step = Math.max(this.#parts.step, (to - from) / 100);
    const cursor = this.#cursor ?? (from + to) / 2;
    const keys: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.#point(cursor - step),
      ArrowRight: () => this.#point(cursor + step),
      Home: () => this.#point(from),
      End: () => this.#point(to),
      '+': () => this.#window.zoom(0.5, cursor),
      '=': () => this.#window.zoom(0.5, cursor),
      '-': () => this.#window.zoom(2, cursor),
      '0': () => this.#window.set({ from: 0, to: this.#window.end }),
      Escape: () => this.#point(undefined),
    };
    const act = keys[event.key];
    if (act === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    act();
  }

  #point(time: number | undefined): void {
    const { from, to } = this.#window.window;
    this.#cursor = time === undefined ? undefined : Math.max(from, Math.min(to, time));
    if (this.#cursor === undefined) {
      this.#chart.dispatchAction({ type: 'hideTip' });
      this.#readout.textContent = '';
      return;
    }
    const x = LEFT + ((this.#cursor - from) / (to - from)) * this.#width;
    this.#chart.dispatchAction({ type: 'showTip', x, y: this.#parts.height / 2 });
    this.#readout.textContent = this.#parts.at(this.#cursor);
  }

  get #width(): number {
    return this.#chart.getWidth() - LEFT - RIGHT;
  }
}

function common(theme: Theme): PlotOption {
  return {
    animation: false,
    textStyle: { fontFamily: 'system-ui, sans-serif', color: theme.soft },
    tooltip: {
      trigger: 'axis',
      transitionDuration: 0,
      ...tipLook(theme),
      axisPointer: { type: 'line', lineStyle: { color: theme.soft, type: 'solid', width: 1 } },
    },
    dataZoom: [
      {
        type: 'inside',
        xAxisIndex: 'all',
        filterMode: 'none',
        zoomOnMouseWheel: 'ctrl',
        moveOnMouseMove: true,
        moveOnMouseWheel: false,
      },
    ],
  };
}

/** The axis of virtual time. @param labels whether it has any, where there are several */
export function timeAxis(theme: Theme, end: number, labels = true): PlotOption['xAxis'] & object {
  return {
    type: 'value',
    min: 0,
    max: end,
    axisLine: { lineStyle: { color: theme.line } },
    axisTick: { show: labels, lineStyle: { color: theme.line } },
    axisLabel: {
      show: labels,
      color: theme.soft,
      hideOverlap: true,
      showMaxLabel: false,
      formatter: compact,
    },
    splitLine: { show: false },
    axisPointer: { label: { show: false } },
  };
}

/** An axis of counts. */
export function countAxis(theme: Theme, more: object = {}): PlotOption['yAxis'] & object {
  return {
    type: 'value',
    min: 0,
    splitNumber: 3,
    axisLabel: { color: theme.soft, formatter: compact, hideOverlap: true },
    splitLine: { lineStyle: { color: theme.faint } },
    ...more,
  };
}
