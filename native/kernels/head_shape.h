/** What attention needs to know of a head before its numbers are packed. */
#pragma once
#include <string.h>
#include "arithmetic.h"
#include "kernels.h"

namespace {

using octavec::AttentionTask;
using octavec::HeadMemory;
using octavec::HeadTask;
using octavec::kPanel;

/** A score that no probability is left of. */
constexpr float kUnseen = -1e30f;

inline int round_up(int value, int step) { return (value + step - 1) / step * step; }

struct HeadShape {
  int keys, depth;
  explicit HeadShape(int keys_, int width) : keys(round_up(keys_, kKeyStep)), depth(round_up(width, kDepthStep)) {}
};

}  // namespace
