// @ts-check
/**
 * Drawing on a canvas with a pointer or with the keyboard. What is drawn is kept as lines, not as pixels, so that it can be
 * scaled and centred as the digits of MNIST are: white on black, 20 of 28 pixels large, its middle in the middle.
 */

/** @typedef {{ x: number, y: number }} Point */

/** Sides of the canvas, in its own units. */
const drawingSize = 280;
/** Width of a line as MNIST's pens have it, and size of the digit within the image. */
const penWidth = 22;
const digitSize = 200;
const keyboardStep = 10;

class Drawing {
  /** @type {Point[][]} */
  lines = [];
  /** Where the keyboard's pen is, and whether it draws. */
  pen = { x: drawingSize / 2, y: drawingSize / 4, shown: false, down: false };

  /** @param {HTMLCanvasElement} canvas @param {{ begun(): void, changed(): void, say(text: string): void }} tell */
  constructor(canvas, tell) {
    this.canvas = canvas;
    this.tell = tell;
    canvas.width = canvas.height = drawingSize * 2;
    this.watchPointer();
    canvas.addEventListener('keydown', (event) => this.key(event));
    canvas.addEventListener('blur', () => this.liftPen());
    this.draw();
  }

  get empty() {
    return this.lines.length === 0;
  }

  clear() {
    this.lines = [];
    this.pen.down = false;
    this.draw();
  }

  undo() {
    this.lines.pop();
    this.draw();
    this.tell.changed();
  }

  watchPointer() {
    const { canvas } = this;
    /** @param {PointerEvent} event */
    const pointOf = (event) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      return {
        x: ((event.clientX - left) / width) * drawingSize,
        y: ((event.clientY - top) / height) * drawingSize,
      };
    };
    /** @type {number | undefined} */
    let pointer;
    canvas.addEventListener('pointerdown', (event) => {
      if (pointer !== undefined || event.button !== 0) return;
      pointer = event.pointerId;
      canvas.setPointerCapture(pointer);
      this.pen.shown = false;
      this.lines.push([pointOf(event)]);
      this.draw();
      this.tell.begun();
    });
    canvas.addEventListener('pointermove', (event) => {
      if (event.pointerId !== pointer) return;
      for (const each of event.getCoalescedEvents?.() ?? [event]) this.lines.at(-1)?.push(pointOf(each));
      this.draw();
    });
    for (const name of /** @type {const} */ (['pointerup', 'pointercancel'])) {
      canvas.addEventListener(name, (event) => {
        if (event.pointerId !== pointer) return;
        pointer = undefined;
        this.tell.changed();
      });
    }
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { pen } = this;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (move) this.movePen(/** @type {[number, number]} */ (move));
    else if (event.key === ' ') this.togglePen();
    else if (event.key === 'Escape' && pen.down) this.liftPen();
    else return;
    event.preventDefault();
    pen.shown = true;
    this.draw();
  }

  /** @param {[number, number]} direction */
  movePen([dx, dy]) {
    const { pen } = this;
    const within = (/** @type {number} */ value) => Math.min(Math.max(value, 10), drawingSize - 10);
    pen.x = within(pen.x + dx * keyboardStep);
    pen.y = within(pen.y + dy * keyboardStep);
    if (pen.down) this.lines.at(-1)?.push({ x: pen.x, y: pen.y });
  }

  togglePen() {
    const { pen } = this;
    if (pen.down) return this.liftPen();
    pen.down = true;
    this.lines.push([{ x: pen.x, y: pen.y }]);
    this.tell.begun();
    this.tell.say('Pen down');
  }

  liftPen() {
    const { pen } = this;
    const drew = pen.down;
    pen.down = false;
    pen.shown = false;
    this.draw();
    if (!drew) return;
    this.tell.say('Pen up');
    this.tell.changed();
  }

  draw() {
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d'));
    context.setTransform(2, 0, 0, 2, 0, 0);
    paint(context, this.lines);
    const { x, y, shown, down } = this.pen;
    if (!shown) return;
    context.strokeStyle = down ? '#ffb020' : '#8f9bff';
    context.lineWidth = 3;
    context.beginPath();
    context.arc(x, y, penWidth / 2, 0, 2 * Math.PI);
    context.stroke();
  }

  /** The drawing as a PNG file, scaled and centred. @returns {Promise<File>} */
  async file() {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = drawingSize;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    paint(context, fitted(this.lines));
    centre(canvas, context);
    /** @type {Blob | null} */
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!blob) throw new Error('This browser cannot make an image of the drawing.');
    return new File([blob], 'drawing.png', { type: 'image/png' });
  }
}

/** @param {CanvasRenderingContext2D} context @param {Point[][]} lines */
function paint(context, lines) {
  context.fillStyle = '#000';
  context.fillRect(0, 0, drawingSize, drawingSize);
  context.strokeStyle = '#fff';
  context.lineWidth = penWidth;
  context.lineCap = context.lineJoin = 'round';
  for (const [first, ...rest] of lines) {
    if (!first) continue;
    context.beginPath();
    context.moveTo(first.x, first.y);
    // A dot is a line of no length.
    if (rest.length === 0) context.lineTo(first.x, first.y);
    for (const { x, y } of rest) context.lineTo(x, y);
    context.stroke();
  }
}

/** The lines as large as digits are, whatever size they were drawn in. @param {Point[][]} lines */
function fitted(lines) {
  const xs = lines.flat().map(({ x }) => x);
  const ys = lines.flat().map(({ y }) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const longest = Math.max(Math.max(...xs) - left, Math.max(...ys) - top);
  const scale = longest === 0 ? 1 : (digitSize - penWidth) / longest;
  const middleX = (left + Math.max(...xs)) / 2;
  const middleY = (top + Math.max(...ys)) / 2;
  return lines.map((line) =>
    line.map(({ x, y }) => ({
      x: drawingSize / 2 + (x - middleX) * scale,
      y: drawingSize / 2 + (y - middleY) * scale,
    })),
  );
}

/** Moves the image so that its mass is in the middle. @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2D} context */
function centre(canvas, context) {
  const { data } = context.getImageData(0, 0, drawingSize, drawingSize);
  let [mass, massX, massY] = [0, 0, 0];
  for (let pixel = 0; pixel < drawingSize * drawingSize; pixel++) {
    const value = /** @type {number} */ (data[4 * pixel]);
    mass += value;
    massX += value * (pixel % drawingSize);
    massY += value * Math.floor(pixel / drawingSize);
  }
  if (mass === 0) return;
  const shift = (/** @type {number} */ moment) => Math.round(drawingSize / 2 - moment / mass);
  const copy = document.createElement('canvas');
  copy.width = copy.height = drawingSize;
  copy.getContext('2d')?.drawImage(canvas, 0, 0);
  context.fillRect(0, 0, drawingSize, drawingSize);
  context.drawImage(copy, shift(massX), shift(massY));
}
