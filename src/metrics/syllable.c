#include "metrics/syllable.h"

#include "metrics/pitch.h"

#include <math.h>

/* de Jong & Wempe (2009), Behavior Research Methods 41: peaks count from 25 dB under the loudest (their
 * script's default) and when the intensity dips by at least 2 dB (their value for speech without filtering). */
#define RANGE_DB 25.0f
#define DIP_DB 2.0f

/* The pitch track has one value for several frames, and none where its window does not fit: look beside, too.
 */
static bool voiced_near(const float *hz, int n_hz, int frame)
{
    int k = frame / CQ_PITCH_STEP_FRAMES;
    for (int i = k - 1; i <= k + 1; i++) {
        if (i >= 0 && i < n_hz && hz[i] > 0)
            return true;
    }
    return false;
}

int cq_syllable_count(const float *db, int n, const float *hz, int n_hz, const bool *count, int *ret_sounding)
{
    float loudest = -INFINITY, peak = -INFINITY, dip = INFINITY;
    int n_nuclei = 0, peak_at = 0, sounding = 0;
    bool rising = true;

    for (int i = 0; i < n; i++)
        loudest = fmaxf(loudest, db[i]);
    for (int i = 0; i < n; i++) {
        sounding += db[i] >= loudest - RANGE_DB && (!count || count[i]);
        if (rising) {
            if (db[i] > peak) {
                peak = db[i];
                peak_at = i;
            } else if (db[i] <= peak - DIP_DB) {
                if (peak >= loudest - RANGE_DB && (!count || count[peak_at]) && voiced_near(hz, n_hz, peak_at))
                    n_nuclei++;
                rising = false;
                dip = db[i];
            }
        } else if (db[i] < dip) {
            dip = db[i];
        } else if (db[i] >= dip + DIP_DB) {
            rising = true;
            peak = db[i];
            peak_at = i;
        }
    }
    *ret_sounding = sounding;
    return n_nuclei;
}
