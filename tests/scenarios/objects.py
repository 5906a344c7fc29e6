"""Instances of jitclasses that the function makes, with numbers and arrays as fields; trees, as Numba can write them."""

from __future__ import annotations

import math

import numpy as np
from numba import float64, int64
from numba.experimental import jitclass

from scenarios.scenario import Scenario, numbers


@jitclass([("position", float64), ("speed", float64), ("steps", int64)])
class Oscillator:
    def __init__(self, position, speed):
        self.position = position
        self.speed = speed
        self.steps = 0

    def step(self, h):
        self.position += h * self.speed
        self.speed -= h * math.sin(self.position)
        self.steps += 1

    @property
    def energy(self):
        return 0.5 * self.speed**2 - math.cos(self.position)


@jitclass([("weights", float64[::1]), ("scale", float64)])
class Layer:
    def __init__(self, weights, scale):
        self.scale = scale
        self.weights = weights * self.scale

    def dot(self, x):
        if len(x) > len(self.weights):
            raise ValueError("too long", len(x))
        total = 0.0
        for i in range(len(x)):
            total += self.weights[i] * x[i]
        return total * self.scale

    def grow(self, factor):
        self.weights = self.weights * factor

    def learn(self, x):
        for i in range(len(x)):
            self.weights[i] += x[i] * self.scale


def objects_of_numbers(x):
    a = Oscillator(x[0], x[1])
    for _ in range(5):
        a.step(0.1 * x[2])
    b = Oscillator(a.speed, x[0])
    c = a if x[0] > x[1] else b
    c.step(0.3)
    return a.energy * b.position + c.energy * a.steps


def object_made_in_loop(x):
    s = 0.0
    for i in range(len(x)):
        a = Oscillator(x[i], s)
        a.step(0.2)
        s += a.energy * a.speed
    return s


def objects_with_arrays(x):
    layer = Layer(x, x[1])
    kept = layer.weights
    layer.grow(x[2])
    layer.learn(x)
    other = Layer(kept, x[0])
    return layer.dot(x) * other.dot(x[1:]) + kept[0] + other.weights[1]


def objects_in_list(x):
    items = [Oscillator(x[0], x[1])]
    layers = [Layer(x, x[0])]
    for i in range(4):
        items.append(Oscillator(items[i].position * x[1], items[i].speed))
        layers.append(Layer(layers[-1].weights, x[i % 2]))
    s = 0.0
    for item in items:
        s += item.energy
    items[2].step(0.3)
    return s * items[2].position + layers.pop(2).dot(x)


def raises_in_method(x):
    layer = Layer(x[:2], x[0])
    layer.grow(x[1])
    return layer.dot(x)


def tree_of_indices(leaves, left, right):
    """Node k of an expression: leaf left[k] where right[k] is negative, else the product of one and the sine of the other."""
    value = np.zeros(len(left))
    pending = [(len(left) - 1, False)]
    while len(pending) > 0:
        node, seen = pending.pop()
        if right[node] < 0:
            value[node] = leaves[left[node]]
        elif seen:
            value[node] = value[left[node]] * math.sin(value[right[node]])
        else:
            pending.append((node, True))
            pending.append((left[node], False))
            pending.append((right[node], False))
    return value[-1]


SCENARIOS = (
    Scenario(objects_of_numbers, [(numbers(3),), (numbers(3)[::-1].copy(),)]),
    Scenario(object_made_in_loop, [(numbers(5),)]),
    Scenario(objects_with_arrays, [(numbers(4),)]),
    Scenario(objects_in_list, [(numbers(3),)]),
    Scenario(raises_in_method, [(numbers(3),)], raises=ValueError),
    Scenario(tree_of_indices, [(numbers(3), np.array([0, 1, 0, 2, 2, 4]), np.array([-1, -1, 1, -1, 3, 0]))]),
)
