// The parts of Apache ECharts that the fulfillment page draws with; how it is bundled: README.md.
export { init, use, getInstanceByDom } from 'echarts/core';
import { use } from 'echarts/core';
import { LineChart, BarChart, HeatmapChart } from 'echarts/charts';
import { GridComponent, TooltipComponent, MarkLineComponent, MarkAreaComponent, VisualMapComponent, LegendComponent, AriaComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';
use([LineChart, BarChart, HeatmapChart, GridComponent, TooltipComponent, MarkLineComponent, MarkAreaComponent, VisualMapComponent, LegendComponent, AriaComponent, SVGRenderer]);
