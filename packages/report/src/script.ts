/**
 * The page's own script: reads out the values of line charts under the pointer or at the keyboard, and copies the
 * command. The page is whole without it. Text, not a module: it is hashed for the policy of the page as it stands here.
 */
export const script = `(() => {
  'use strict';
  const nearest = (points, step) => {
    let low = 0, high = points.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle][0] < step) low = middle + 1; else high = middle;
    }
    return low > 0 && step - points[low - 1][0] < points[low][0] - step ? low - 1 : low;
  };
  const shown = (value) => (Math.abs(value) >= 1000 ? value.toLocaleString('en-US') : String(value));
  for (const svg of document.querySelectorAll('svg[data-lines]')) {
    const { left, right, domain, suffix, lines } = JSON.parse(svg.dataset.lines);
    const out = svg.parentElement.querySelector('.readout');
    const cursor = svg.querySelector('.cursor');
    const longest = lines.reduce((a, b) => (b.points.length > a.points.length ? b : a));
    let index = longest.points.length - 1;
    const show = (step) => {
      index = nearest(longest.points, step);
      const at = longest.points[index][0];
      const x = left + ((at - domain[0]) / (domain[1] - domain[0])) * (right - left);
      cursor.setAttribute('x1', x);
      cursor.setAttribute('x2', x);
      cursor.setAttribute('visibility', 'visible');
      const parts = lines.map(({ name, points }) => {
        const [own, value] = points[nearest(points, at)];
        const where = own === at ? '' : ' (step ' + own.toLocaleString('en-US') + ')';
        return (lines.length > 1 ? name + ' ' : '') + shown(value) + suffix + where;
      });
      out.textContent = 'step ' + at.toLocaleString('en-US') + ': ' + parts.join(', ');
    };
    const hide = () => {
      cursor.setAttribute('visibility', 'hidden');
      out.textContent = '';
    };
    const move = (event) => {
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
      show(domain[0] + ((x - left) / (right - left)) * (domain[1] - domain[0]));
    };
    svg.addEventListener('pointermove', move);
    svg.addEventListener('pointerdown', move);
    svg.addEventListener('pointerleave', hide);
    svg.setAttribute('tabindex', '0');
    svg.addEventListener('focus', () => show(longest.points[index][0]));
    svg.addEventListener('blur', hide);
    svg.addEventListener('keydown', (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1, PageDown: 20, PageUp: -20, Home: -Infinity, End: Infinity }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      show(longest.points[Math.max(0, Math.min(longest.points.length - 1, index + by))][0]);
    });
  }
  for (const block of document.querySelectorAll('[data-copy]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'copy';
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(block.textContent);
        button.textContent = 'copied';
      } catch {
        getSelection().selectAllChildren(block);
        button.textContent = 'selected';
      }
    });
    block.after(button);
  }
})();
`;
