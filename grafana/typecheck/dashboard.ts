// What a dashboard of ours may hold. Grafana's own types leave the options of a panel open ("any object"); here each
// panel has those of its kind, so that a wrong property anywhere is an error. A new kind of panel needs a line below.
import type {DataQuery, Dashboard as GrafanaDashboard, FieldConfigSource, Panel as GrafanaPanel, RowPanel} from '@grafana/schema';
import type {Options as Stat} from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type {
  FieldConfig as TableField,
  Options as Table,
} from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type {
  FieldConfig as TimeSeriesField,
  Options as TimeSeries,
} from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** A query of Grafana's Prometheus data source, of which @grafana/schema does not tell. */
interface PrometheusQuery extends DataQuery {
  expr: string;
  legendFormat: string;
  instant?: boolean;
  format?: 'time_series' | 'table' | 'heatmap';
}

/** Enums as the words and numbers that stand in JSON. */
type Json<T> = T extends string ? `${T}` : T extends object ? {[K in keyof T]: Json<T[K]>} : T;

type Defaults<Custom> = Omit<FieldConfigSource['defaults'], 'custom'> & {unit: string; custom?: Partial<Custom>};

interface Panel<Kind extends string, Options, Custom>
  extends Omit<GrafanaPanel, 'type' | 'options' | 'fieldConfig' | 'targets'> {
  type: Kind;
  title: string;
  description: string;
  options: Partial<Options>;
  fieldConfig: Omit<FieldConfigSource, 'defaults'> & {defaults: Defaults<Custom>};
  targets: PrometheusQuery[];
}

type AnyPanel =
  | Panel<'stat', Stat, {}>
  | Panel<'table', Table, TableField>
  | Panel<'timeseries', TimeSeries, TimeSeriesField>
  | RowPanel;

export type Dashboard = Json<Omit<GrafanaDashboard, 'panels'> & {uid: string; title: string; panels: AnyPanel[]}>;
