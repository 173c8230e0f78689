// What the panels use of anywidget and of Jupyter's widgets; only the type checker reads this.

interface Line {
  send(content: object, callbacks: undefined, buffers: ArrayBuffer[]): void;
  on(event: string, callback: (...args: any[]) => void): void;
  off(event: string, callback: (...args: any[]) => void): void;
  comm_live?: boolean;
}

interface Model {
  get(name: string): any;
  on(event: string, callback: (...args: any[]) => void): void;
  off(event: string, callback: (...args: any[]) => void): void;
  widget_manager: { get_model(id: string): Promise<Line> };
}

interface Context {
  model: Model;
  el: HTMLElement;
}
