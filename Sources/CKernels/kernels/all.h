// Every kernel for the instruction set that the including file has set up with CK_LANES (values in a
// vector), MR (rows in a tile of the matrix product) and CK_LEVEL (its name).
#include "simd.h"

#include "gemm.h"

#include "linear.h"

#include "convolve.h"

#include "rows.h"

#include "attention.h"

#include "causal.h"

#include "mel.h"

#include "lstm.h"

#define CK_JOIN(a, b) a##b
#define CK_TABLE(level) CK_JOIN(ck_kernels_, level)
#define CK_TEXT(level) #level
#define CK_QUOTED(level) CK_TEXT(level)

const ck_kernels CK_TABLE(CK_LEVEL) = {
    .name = CK_QUOTED(CK_LEVEL),
    .linear = linear,
    .convolve = convolve,
    .layerNorm = layer_norm,
    .rmsNorm = rms_norm,
    .addRepeating = add_repeating,
    .swiGLU = swiglu,
    .embed = embed,
    .attention = attention,
    .rotateAndStore = rotate_and_store,
    .causalAttention = causal_attention,
    .argmax = argmax,
    .dot = dot,
    .exp = exp_all,
    .erf = erf_all,
    .log10 = log10_all,
    .melFrames = mel_frames,
    .lstm = lstm,
};
