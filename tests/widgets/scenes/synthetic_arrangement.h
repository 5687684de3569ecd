// SPDX-License-Identifier: GPL-3.0-or-later
// A one-hidden-layer network with known weights and its arrangement, made by splitting polygons line by line:
// slow, simple and independent of the engines.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <random>

#include "core/geometry/arrangement.h"

namespace tessera::synthetic {

struct Network {  // logits = out * relu(hidden * (s, t, 1)) + bias
    Eigen::MatrixX3d hidden;
    Eigen::MatrixXd out;
    Eigen::VectorXd bias;

    Eigen::VectorXd logits(const Eigen::Vector2d& p) const {
        return out * (hidden * Eigen::Vector3d(p.x(), p.y(), 1)).cwiseMax(0) + bias;
    }
    int label(const Eigen::Vector2d& p) const {
        int best = 0;
        const Eigen::VectorXd values = logits(p);
        if (values.size() == 1) return values[0] > 0 ? 1 : 0;
        values.maxCoeff(&best);
        return best;
    }
};

// `lines` random lines through the square [-1, 1]^2, `outputs` classes.
inline Network randomNetwork(int lines, int outputs, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> angle(0, 2 * M_PI), offset(-1, 1);
    std::normal_distribution<double> normal;
    Network net{Eigen::MatrixX3d(lines, 3), Eigen::MatrixXd(outputs, lines), Eigen::VectorXd(outputs)};
    for (int i = 0; i < lines; ++i) {
        const double a = angle(random);
        net.hidden.row(i) << std::cos(a), std::sin(a), offset(random);
        for (int k = 0; k < outputs; ++k) net.out(k, i) = normal(random) * 3 / std::sqrt(double(lines));
    }
    for (int k = 0; k < outputs; ++k) net.bias[k] = normal(random) * 0.1;
    return net;
}

inline std::shared_ptr<Arrangement> arrangementOf(const Network& net, const Polygon& window) {
    struct Face {
        Polygon corners;
        std::uint64_t hash = 1469598103934665603ull;
    };
    std::vector<Face> faces{{window}};
    const auto lines = net.hidden.rows();
    for (Eigen::Index i = 0; i < lines; ++i) {
        const Eigen::Vector2d normal = net.hidden.row(i).head<2>();
        const double offset = net.hidden(i, 2);
        std::vector<Face> next;
        next.reserve(faces.size() + 1000);
        for (auto& face : faces) {
            Face above, below;
            const auto count = face.corners.size();
            for (std::size_t c = 0; c < count; ++c) {
                const Eigen::Vector2d &p = face.corners[c], &q = face.corners[(c + 1) % count];
                const double dp = normal.dot(p) + offset, dq = normal.dot(q) + offset;
                (dp > 0 ? above : below).corners.push_back(p);
                if ((dp > 0) != (dq > 0)) {
                    // From the lower end, so that both neighbours get the same bits.
                    const bool forward = p.x() < q.x() || (p.x() == q.x() && p.y() < q.y());
                    const Eigen::Vector2d cut = forward ? Eigen::Vector2d(p + dp / (dp - dq) * (q - p))
                                                        : Eigen::Vector2d(q + dq / (dq - dp) * (p - q));
                    above.corners.push_back(cut);
                    below.corners.push_back(cut);
                }
            }
            above.hash = (face.hash ^ (2 * static_cast<std::uint64_t>(i) + 1)) * 1099511628211ull;
            below.hash = (face.hash ^ (2 * static_cast<std::uint64_t>(i))) * 1099511628211ull;
            if (above.corners.size() >= 3) next.push_back(std::move(above));
            if (below.corners.size() >= 3) next.push_back(std::move(below));
        }
        faces = std::move(next);
    }

    auto made = std::make_shared<Arrangement>();
    Arrangement& a = *made;
    a.outputs = static_cast<std::int32_t>(net.out.rows());
    a.window = window;
    a.faceBegin.push_back(0);
    std::map<std::pair<double, double>, std::int32_t> vertexAt;
    std::map<std::pair<std::int32_t, std::int32_t>, std::int32_t> edgeAt;
    for (const auto& face : faces) {
        const auto f = static_cast<std::int32_t>(a.faceCount());
        for (const auto& p : face.corners) {
            const auto [found, isNew] =
                vertexAt.try_emplace({p.x(), p.y()}, static_cast<std::int32_t>(a.vertices.size()));
            if (isNew) a.vertices.push_back(p);
            if (static_cast<std::int32_t>(a.faceVertices.size()) == a.faceBegin.back() ||
                a.faceVertices.back() != found->second)
                a.faceVertices.push_back(found->second);
        }
        a.faceBegin.push_back(static_cast<std::int32_t>(a.faceVertices.size()));
        a.area.push_back(signedArea(face.corners));
        const Eigen::Vector2d centre = a.centroid(f);
        Eigen::MatrixXd form = Eigen::MatrixXd::Zero(a.outputs, 3);
        for (Eigen::Index i = 0; i < lines; ++i)
            if (net.hidden.row(i).dot(Eigen::Vector3d(centre.x(), centre.y(), 1)) > 0)
                form += net.out.col(i) * net.hidden.row(i);
        form.col(2) += net.bias;
        for (int k = 0; k < a.outputs; ++k)
            a.forms.insert(a.forms.end(), {form(k, 0), form(k, 1), form(k, 2)});
        a.patternHash.push_back(face.hash);
        a.label.push_back(net.label(centre));
        a.piece.push_back(f);

        const auto begin = a.faceBegin[static_cast<std::size_t>(f)],
                   end = a.faceBegin[static_cast<std::size_t>(f) + 1];
        bool inner = false;
        for (auto i = begin; i < end; ++i) {
            const auto v0 = a.faceVertices[static_cast<std::size_t>(i)],
                       v1 = a.faceVertices[static_cast<std::size_t>(i + 1 == end ? begin : i + 1)];
            const auto [found, isNew] =
                edgeAt.try_emplace(std::minmax(v0, v1), static_cast<std::int32_t>(a.edges.size()));
            if (isNew) {
                a.edges.push_back({v0, v1, f, -1, -1, -1});
            } else {
                a.edges[static_cast<std::size_t>(found->second)].right = f;
                a.edges[static_cast<std::size_t>(found->second)].site = 0;
                inner = true;
            }
        }
        a.depth.push_back(inner ? 1 : 0);
        // Cells: the part of the face where each class leads.
        if (a.outputs == 1) continue;
        std::vector<ClassCell> cells;
        for (int k = 0; k < a.outputs; ++k) {
            Polygon part = face.corners;
            for (int other = 0; other < a.outputs && part.size() >= 3; ++other) {
                if (other == k) continue;
                const Eigen::Vector3d ahead = (form.row(k) - form.row(other)).transpose();
                Polygon kept;
                for (std::size_t c = 0; c < part.size(); ++c) {
                    const Eigen::Vector2d &p = part[c], &q = part[(c + 1) % part.size()];
                    const double dp = ahead.dot(Eigen::Vector3d(p.x(), p.y(), 1)),
                                 dq = ahead.dot(Eigen::Vector3d(q.x(), q.y(), 1));
                    if (dp >= 0) kept.push_back(p);
                    if ((dp > 0 && dq < 0) || (dp < 0 && dq > 0)) {
                        const Eigen::Vector2d cut = p + dp / (dp - dq) * (q - p);
                        kept.push_back(cut);
                    }
                }
                part = std::move(kept);
            }
            if (part.size() >= 3 && signedArea(part) > 1e-14) cells.push_back({f, k, part});
        }
        if (cells.size() < 2) continue;
        for (std::size_t i = 0; i < cells.size(); ++i)
            for (std::size_t j = i + 1; j < cells.size(); ++j)
                for (std::size_t c = 0; c < cells[i].polygon.size(); ++c) {
                    const Eigen::Vector2d &p = cells[i].polygon[c],
                                          &q = cells[i].polygon[(c + 1) % cells[i].polygon.size()];
                    const Eigen::Vector3d gap =
                        (form.row(cells[i].label) - form.row(cells[j].label)).transpose();
                    const auto off = [&](const Eigen::Vector2d& x) {
                        return std::abs(gap.dot(Eigen::Vector3d(x.x(), x.y(), 1)));
                    };
                    if (off(p) < 1e-9 && off(q) < 1e-9 && (p - q).norm() > 1e-12)
                        a.boundary.push_back({p, q, cells[i].label, cells[j].label, f});
                }
        a.cells.insert(a.cells.end(), cells.begin(), cells.end());
    }
    a.pieces = a.faceCount();
    a.sites = {{"hidden.relu", a.faceCount(), static_cast<std::int64_t>(a.edges.size())}};
    a.tolerance = 1e-11;
    a.checks.windowArea = signedArea(window);
    for (const double area : a.area) a.checks.areaSum += area;
    a.checks.euler = static_cast<std::int64_t>(a.vertices.size()) -
                     static_cast<std::int64_t>(a.edges.size()) + a.faceCount();
    return made;
}

}  // namespace tessera::synthetic
