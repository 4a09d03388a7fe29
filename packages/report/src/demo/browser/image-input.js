// @ts-check
/** An image that is chosen, dropped or pasted, and its preview with what was found in it. */

/** Height of a preview in CSS pixels, and how many times an image may be enlarged for it. */
const tallest = 420;
const mostEnlarged = 4;

class ImageInput {
  /** @type {File | undefined} */
  file = undefined;
  /** @type {string | undefined} */
  address = undefined;

  /** @param {{ chosen(file: File): void, refused(message: string): void, limit: number }} options */
  constructor(options) {
    this.options = options;
    this.stage = byId('stage');
    this.frame = byId('frame');
    this.image = /** @type {HTMLImageElement} */ (byId('preview'));
    this.box = byId('box');
    this.image.addEventListener('load', () => this.fit());
    this.image.addEventListener('error', () => this.showNoPreview());
    const chooser = /** @type {HTMLInputElement} */ (byId('file'));
    chooser.addEventListener('change', () => {
      this.take(chooser.files?.[0]);
      // The same file may be chosen again.
      chooser.value = '';
    });
    this.watchDrops();
    document.addEventListener('paste', ({ clipboardData }) => {
      const file = clipboardData?.files[0];
      if (file) this.take(file);
    });
  }

  watchDrops() {
    // Anywhere: a file that misses would replace the page.
    document.addEventListener('dragover', (event) => {
      event.preventDefault();
      this.stage.classList.add('over');
    });
    document.addEventListener('dragleave', (event) => {
      if (!event.relatedTarget) this.stage.classList.remove('over');
    });
    document.addEventListener('drop', (event) => {
      event.preventDefault();
      this.stage.classList.remove('over');
      this.take(event.dataTransfer?.files[0]);
    });
  }

  /** @param {File | undefined} file */
  take(file) {
    if (!file) return;
    if (file.size > this.options.limit) {
      const most = Math.round(this.options.limit / 1e6);
      this.options.refused(`The image is larger than ${most} MB.`);
      return;
    }
    this.show(file);
    this.options.chosen(file);
  }

  /** @param {File} file */
  show(file) {
    this.hide();
    this.file = file;
    this.address = URL.createObjectURL(file);
    this.image.src = this.address;
    this.image.alt = `The image ${file.name}`;
    this.image.hidden = false;
    byId('picture').hidden = false;
    byId('no-preview').hidden = true;
    this.frame.hidden = false;
    this.stage.classList.add('filled');
  }

  /** Small images are enlarged, tall ones no taller than the card. */
  fit() {
    const { naturalWidth: width, naturalHeight: height } = this.image;
    const most = Math.min((tallest * width) / height, width * mostEnlarged);
    byId('picture').style.width = `${most}px`;
  }

  hide() {
    if (this.address) URL.revokeObjectURL(this.address);
    this.file = this.address = undefined;
    this.frame.hidden = true;
    this.box.hidden = true;
    this.stage.classList.remove('filled');
  }

  /** A browser cannot show every image that the model can read: TIFF. */
  showNoPreview() {
    if (!this.file) return;
    this.image.hidden = true;
    byId('picture').hidden = true;
    const note = byId('no-preview');
    note.hidden = false;
    note.textContent = `${this.file.name}: this browser cannot show it, the model may still read it`;
  }

  /** Draws a box, in pixels of the image, or none. @param {[number, number, number, number] | undefined} box */
  showBox(box) {
    const { naturalWidth, naturalHeight, hidden } = this.image;
    this.box.hidden = box === undefined || hidden || naturalWidth === 0;
    if (!box || this.box.hidden) return;
    const [x, y, width, height] = box;
    Object.assign(this.box.style, {
      left: `${(100 * x) / naturalWidth}%`,
      top: `${(100 * y) / naturalHeight}%`,
      width: `${(100 * width) / naturalWidth}%`,
      height: `${(100 * height) / naturalHeight}%`,
    });
  }
}
