/**
 * Powers of two and activations on sixteen lanes. Polynomials are minimax fits made by native/tools/fit-polynomials.py.
 */
#pragma once
#include "dispatch.h"
#include "kernels.h"

namespace {

using octavec::Activation;

/** 2^x for x < 120, relative error 8e-5 (any tiny number for x < -60): enough for what is rounded to eight bits. */
inline F exp2_coarse(F x) {
  const F part = fraction(x);
  F power = fma(splat(0.0780245215f), part, splat(0.226067156f));
  power = fma(power, part, splat(0.695833564f));
  power = fma(power, part, splat(0.999925196f));
  return times_power(power, x);
}

/** 2^x for x < 120, relative error 1e-7 (any tiny number for x < -60). */
inline F exp2_fine(F x) {
  const F part = fraction(x);
  F power = fma(splat(0.00186713017f), part, splat(0.00901702978f));
  power = fma(power, part, splat(0.0557999127f));
  power = fma(power, part, splat(0.240164444f));
  power = fma(power, part, splat(0.693151295f));
  power = fma(power, part, splat(1.0f));
  return times_power(power, x);
}

/**
 * x * (1/2 + t P(t²)) with t = x cut off at ±limit, where the bracket is 0 or 1. `p` are the coefficients of P from the
 * lowest power on; the fits keep the error of the whole below 1.9e-4.
 */
inline F gelu_like(F x, float limit, const float (&p)[7]) {
  const F t = max(min(x, splat(limit)), splat(-limit));
  const F square = mul(t, t);
  F sum = splat(p[6]);
  for (int i = 5; i >= 0; i--) {
    sum = fma(sum, square, splat(p[i]));
  }
  return mul(x, fma(t, sum, splat(0.5f)));
}

template <Activation kActivation>
inline F activate(F x) {
  if constexpr (kActivation == Activation::kGelu) {
    constexpr float p[7] = {0.3985666037f,    -0.06537313759f,   0.009102425538f, -0.000878261868f,
                            5.436143329e-05f, -1.914918585e-06f, 2.890932826e-08f};
    return gelu_like(x, 3.9f, p);
  } else if constexpr (kActivation == Activation::kGeluTanh) {
    constexpr float p[7] = {0.3979538977f,    -0.06494887173f,   0.008986549452f, -0.0008606072515f,
                            5.281358244e-05f, -1.843341466e-06f, 2.757017725e-08f};
    return gelu_like(x, 3.9f, p);
  } else if constexpr (kActivation == Activation::kRelu) {
    return max(x, splat(0.0f));
  } else {
    // x / (1 + e^-x); beyond ±80 the bound changes nothing that a float shows.
    const F bounded = max(min(x, splat(80.0f)), splat(-80.0f));
    const F power = exp2_fine(mul(bounded, splat(-1.44269504f)));
    return div(x, add(splat(1.0f), power));
  }
}

/** Calls action(Constant<activation>()). */
template <class Action>
inline void with_activation(Activation activation, Action action) {
  switch (activation) {
    case Activation::kGelu:
      return action(Constant<Activation::kGelu>());
    case Activation::kGeluTanh:
      return action(Constant<Activation::kGeluTanh>());
    case Activation::kRelu:
      return action(Constant<Activation::kRelu>());
    case Activation::kSilu:
      return action(Constant<Activation::kSilu>());
  }
}

}  // namespace
