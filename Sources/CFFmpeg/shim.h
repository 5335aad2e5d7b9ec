// FFmpeg's headers, and as functions what Swift cannot import because it is a macro.
#pragma once
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>

#if LIBAVCODEC_VERSION_INT < AV_VERSION_INT(59, 37, 100)
#error "Sotto needs FFmpeg 5.1 or newer"
#endif

static inline int sotto_error(int code) { return AVERROR(code); }
static inline int sotto_error_end(void) { return AVERROR_EOF; }
static inline int sotto_error_invalid(void) { return AVERROR_INVALIDDATA; }
static inline int sotto_error_no_decoder(void) { return AVERROR_DECODER_NOT_FOUND; }
static inline int64_t sotto_no_timestamp(void) { return AV_NOPTS_VALUE; }

// Tags that MP4 puts where a codec's tag would be if the track were not encrypted.
static inline int sotto_is_encrypted(uint32_t tag)
{
    return tag == MKTAG('e', 'n', 'c', 'a') || tag == MKTAG('d', 'r', 'm', 's') ||
           tag == MKTAG('a', 'a', 'v', 'd');
}

// The layout of one channel; the macro is an initialiser.
static inline AVChannelLayout sotto_mono(void)
{
    AVChannelLayout layout = AV_CHANNEL_LAYOUT_MONO;
    return layout;
}

// swr_convert to one channel of floats; FFmpeg 7 changed where its pointers are const.
static inline int sotto_convert(SwrContext *context, float *output, int most, uint8_t **planes, int count)
{
    uint8_t *target = (uint8_t *)output;
    return swr_convert(context, &target, most, (const uint8_t **)planes, count);
}

static inline const char *sotto_ffmpeg_version(void) { return av_version_info(); }
