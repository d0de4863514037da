#include "rubric/model.h"

double cq_curve_points(const struct cq_curve *curve, double x)
{
    const struct cq_curve_point *v = curve->v;
    size_t last = curve->n - 1;
    if (x <= v[0].x)
        return v[0].points;
    if (x >= v[last].x)
        return v[last].points;
    size_t i = 1;
    while (v[i].x < x)
        i++;
    double share = (x - v[i - 1].x) / (v[i].x - v[i - 1].x);
    return v[i - 1].points + share * (v[i].points - v[i - 1].points);
}
