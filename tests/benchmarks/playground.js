// A network of nodes and links, each an object that knows its neighbours, trained one sample at a time: the design of the
// engine behind playground.tensorflow.org (Smilkov and Carter 2016), written out anew for the benchmark. tanh, squared error on
// -1/+1, plain gradient descent with L1 (a weight that crosses zero stays there) and L2, batches of 10.

class Link {
  constructor(source, target) {
    this.source = source; this.target = target; this.weight = Math.random() - 0.5;
    this.slope = 0; this.sum = 0; this.count = 0; this.isDead = false;
  }
}

class Node {
  constructor() {
    this.into = []; this.out = []; this.bias = 0.1; this.z = 0; this.h = 0;
    this.outputSlope = 0; this.inputSlope = 0; this.sum = 0; this.count = 0;
  }
  forward() {
    this.z = this.bias;
    for (let i = 0; i < this.into.length; i++) this.z += this.into[i].weight * this.into[i].source.h;
    this.h = Math.tanh(this.z);
  }
}

function makeNetwork(sizes) {
  const layers = sizes.map((size) => Array.from({length: size}, () => new Node()));
  for (let l = 1; l < layers.length; l++)
    for (const target of layers[l]) for (const source of layers[l - 1]) {
      const link = new Link(source, target);
      source.out.push(link); target.into.push(link);
    }
  return layers;
}

function forward(layers, x) {
  for (let i = 0; i < x.length; i++) layers[0][i].h = x[i];
  for (let l = 1; l < layers.length; l++) for (let i = 0; i < layers[l].length; i++) layers[l][i].forward();
  return layers[layers.length - 1][0].h;
}

function backward(layers, y) {
  const last = layers[layers.length - 1][0];
  last.outputSlope = last.h - y;
  for (let l = layers.length - 1; l >= 1; l--) {
    for (let i = 0; i < layers[l].length; i++) {
      const node = layers[l][i];
      node.inputSlope = node.outputSlope * (1 - node.h * node.h);
      node.sum += node.inputSlope; node.count++;
      for (let k = 0; k < node.into.length; k++) {
        const link = node.into[k];
        if (link.isDead) continue;
        link.slope = node.inputSlope * link.source.h; link.sum += link.slope; link.count++;
      }
    }
    if (l === 1) continue;
    for (let i = 0; i < layers[l - 1].length; i++) {
      const node = layers[l - 1][i];
      node.outputSlope = 0;
      for (let k = 0; k < node.out.length; k++) node.outputSlope += node.out[k].weight * node.out[k].target.inputSlope;
    }
  }
}

function update(layers, rate, l1, l2) {
  for (let l = 1; l < layers.length; l++) for (const node of layers[l]) {
    if (node.count > 0) { node.bias -= rate * node.sum / node.count; node.sum = 0; node.count = 0; }
    for (const link of node.into) {
      if (link.isDead || link.count === 0) continue;
      const before = link.weight;
      link.weight -= rate * link.sum / link.count;
      link.weight -= rate * (l1 * Math.sign(link.weight) + l2 * link.weight);
      if (l1 > 0 && before * link.weight < 0) { link.weight = 0; link.isDead = true; }
      link.sum = 0; link.count = 0;
    }
  }
}

// Makes n steps and returns how many a second.
globalThis.trainSteps = function (data, n) {
  const layers = makeNetwork([data.X[0].length, 8, 8, 1]), began = performance.now();
  let at = 0;
  for (let step = 0; step < n; step++) {
    for (let i = 0; i < 10; i++, at = (at + 1) % data.X.length) {
      forward(layers, data.X[at]);
      backward(layers, data.y[at]);
    }
    update(layers, 0.003, 1e-3, 1e-3);
  }
  return 1000 * n / (performance.now() - began);
};
