// PNG and JPEG between memory and interleaved 8-bit pixels, over libpng and libjpeg. Every error of theirs comes back as a return
// value with its message: neither library's default handler, which ends the process, is ever reached.

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>
#include <png.h>

#define EXPORT __attribute__((visibility("default")))
enum { OK = 0, FAILED = 1, UNSUPPORTED = 2, MESSAGE = 256 };

typedef struct {
    int64_t width, height, channels, length; // length: bytes at data
    uint8_t *data;                           // to be freed with tvl_free
    char message[MESSAGE];
} tvl_image;

EXPORT void tvl_free(void *data) { free(data); }

static void *allocate(tvl_image *image) {
    int64_t row = image->width * image->channels;
    if (image->width < 1 || image->height < 1 || row > INT32_MAX || image->height > INT32_MAX / row) {
        snprintf(image->message, MESSAGE, "An image of %lld by %lld pixels is too large.",
            (long long)image->width, (long long)image->height);
        return NULL;
    }
    image->length = row * image->height;
    image->data = malloc((size_t)image->length);
    if (!image->data) snprintf(image->message, MESSAGE, "No memory for an image of %lld bytes.", (long long)image->length);
    return image->data;
}

static int drop(tvl_image *image) {
    free(image->data);
    image->data = NULL;
    return FAILED;
}

// ---- PNG ----

typedef struct { const uint8_t *data; size_t left; } source;

typedef struct { uint8_t *data; size_t length, capacity; } sink;

static void png_failed(png_structp png, png_const_charp message) {
    snprintf(((tvl_image *)png_get_error_ptr(png))->message, MESSAGE, "%s", message);
    png_longjmp(png, 1);
}

static void png_warned(png_structp png, png_const_charp message) { (void)png; (void)message; }

static void png_take(png_structp png, png_bytep to, size_t count) {
    source *from = png_get_io_ptr(png);
    if (count > from->left) png_error(png, "The file is truncated.");
    memcpy(to, from->data, count);
    from->data += count;
    from->left -= count;
}

static void png_put(png_structp png, png_bytep from, size_t count) {
    sink *to = png_get_io_ptr(png);
    if (count > to->capacity - to->length) {
        size_t capacity = 2 * (to->capacity + count);
        uint8_t *data = realloc(to->data, capacity);
        if (!data) png_error(png, "No memory for the encoded image.");
        to->data = data;
        to->capacity = capacity;
    }
    memcpy(to->data + to->length, from, count);
    to->length += count;
}

static void png_flushed(png_structp png) { (void)png; }

// To 1 channel (grey without alpha), 3 (colour without) or 4 (anything with alpha); of 16 bits the upper 8.
EXPORT int tvl_png_read(const uint8_t *data, int64_t length, tvl_image *image) {
    memset(image, 0, sizeof *image);
    source from = { data, (size_t)length };
    png_bytep *volatile rows = NULL;
    png_infop info = NULL;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, image, png_failed, png_warned);
    if (png) info = png_create_info_struct(png);
    if (!info) {
        snprintf(image->message, MESSAGE, "libpng cannot be started.");
        png_destroy_read_struct(&png, &info, NULL);
        return FAILED;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        free((void *)rows);
        return drop(image);
    }
    png_set_read_fn(png, &from, png_take);
    png_set_user_limits(png, 1 << 20, 1 << 20);
    png_read_info(png, info);
    image->width = png_get_image_width(png, info);
    image->height = png_get_image_height(png, info);
    png_set_strip_16(png);
    png_set_expand(png);
    if (png_get_valid(png, info, PNG_INFO_tRNS) || (png_get_color_type(png, info) & PNG_COLOR_MASK_ALPHA)) {
        png_set_gray_to_rgb(png);
    }
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    image->channels = png_get_channels(png, info);
    if (!allocate(image)) {
        png_destroy_read_struct(&png, &info, NULL);
        return FAILED;
    }
    rows = malloc(sizeof(png_bytep) * (size_t)image->height);
    if (!rows) png_error(png, "No memory for the rows.");
    for (int64_t y = 0; y < image->height; y++) rows[y] = image->data + y * image->width * image->channels;
    png_read_image(png, (png_bytepp)rows);
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    free((void *)rows);
    return OK;
}

// From 1, 3 or 4 interleaved channels; result->data and length are the file.
EXPORT int tvl_png_write(const uint8_t *pixels, int64_t width, int64_t height, int64_t channels, tvl_image *result) {
    memset(result, 0, sizeof *result);
    sink to = { NULL, 0, 0 };
    png_infop info = NULL;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, result, png_failed, png_warned);
    if (png) info = png_create_info_struct(png);
    if (!info) {
        snprintf(result->message, MESSAGE, "libpng cannot be started.");
        png_destroy_write_struct(&png, &info);
        return FAILED;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        free(to.data);
        return FAILED;
    }
    png_set_write_fn(png, &to, png_put, png_flushed);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, 8,
        channels == 1 ? PNG_COLOR_TYPE_GRAY : channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGBA,
        PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int64_t y = 0; y < height; y++) png_write_row(png, (png_bytep)(pixels + y * width * channels));
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    result->data = to.data;
    result->length = (int64_t)to.length;
    return OK;
}

// ---- JPEG ----

typedef struct { struct jpeg_error_mgr base; jmp_buf back; tvl_image *image; } jpeg_errors;

static void jpeg_failed(j_common_ptr jpeg) {
    jpeg_errors *errors = (jpeg_errors *)jpeg->err;
    char text[JMSG_LENGTH_MAX];
    errors->base.format_message(jpeg, text);
    snprintf(errors->image->message, MESSAGE, "%s", text);
    longjmp(errors->back, 1);
}

static void jpeg_warned(j_common_ptr jpeg, int level) {
    // A file that ends early is only worth a warning to libjpeg, which fills in grey.
    if (level < 0 && jpeg->err->msg_code == JWRN_JPEG_EOF) jpeg_failed(jpeg);
}

static struct jpeg_error_mgr *errors_of(jpeg_errors *errors, tvl_image *image) {
    jpeg_std_error(&errors->base);
    errors->base.error_exit = jpeg_failed;
    errors->base.emit_message = jpeg_warned;
    errors->image = image;
    return &errors->base;
}

// To 1 channel (grey) or 3.
EXPORT int tvl_jpeg_read(const uint8_t *data, int64_t length, tvl_image *image) {
    memset(image, 0, sizeof *image);
    struct jpeg_decompress_struct jpeg;
    jpeg_errors errors;
    memset(&jpeg, 0, sizeof jpeg);
    jpeg.err = errors_of(&errors, image);
    if (setjmp(errors.back)) {
        jpeg_destroy_decompress(&jpeg);
        return drop(image);
    }
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, data, (unsigned long)length);
    jpeg_read_header(&jpeg, TRUE);
    if (jpeg.num_components != 1 && jpeg.num_components != 3) {
        snprintf(image->message, MESSAGE, "JPEG with %d components", jpeg.num_components);
        jpeg_destroy_decompress(&jpeg);
        return UNSUPPORTED;
    }
    jpeg.out_color_space = jpeg.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(&jpeg);
    image->width = jpeg.output_width;
    image->height = jpeg.output_height;
    image->channels = jpeg.output_components;
    if (!allocate(image)) {
        jpeg_destroy_decompress(&jpeg);
        return FAILED;
    }
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = image->data + (int64_t)jpeg.output_scanline * image->width * image->channels;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
    return OK;
}

// From 1 or 3 interleaved channels; result->data and length are the file.
EXPORT int tvl_jpeg_write(
    const uint8_t *pixels, int64_t width, int64_t height, int64_t channels, int32_t quality, tvl_image *result) {
    memset(result, 0, sizeof *result);
    struct jpeg_compress_struct jpeg;
    jpeg_errors errors;
    unsigned char *file = NULL;
    unsigned long length = 0;
    memset(&jpeg, 0, sizeof jpeg);
    jpeg.err = errors_of(&errors, result);
    if (setjmp(errors.back)) {
        // The buffer that libjpeg grows is known to the caller only after a proper end; what was begun is lost with the error.
        jpeg_destroy_compress(&jpeg);
        return FAILED;
    }
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &file, &length);
    jpeg.image_width = (JDIMENSION)width;
    jpeg.image_height = (JDIMENSION)height;
    jpeg.input_components = (int)channels;
    jpeg.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, quality, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row = (JSAMPROW)(pixels + (int64_t)jpeg.next_scanline * width * channels);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    result->data = file;
    result->length = (int64_t)length;
    return OK;
}
