// SPDX-License-Identifier: GPL-3.0-or-later
// Yardstick networks as PlainSiteNetworks, from the flat files that tests/golden/export_plain_weights.py
// writes.
#pragma once

#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/geometry/slice_plane.h"
#include "tests/core/geometry/plain_site_network.h"

namespace tessera {

struct PlainWeights {
    std::vector<std::vector<double>> tensors;  // float32 in the file
    Eigen::VectorXd origin, u, v;
    Polygon window;

    explicit PlainWeights(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        if (!file) throw std::runtime_error("cannot open " + path);
        while (const std::int32_t count = read<std::int32_t>(file)) {
            std::vector<double>& tensor = tensors.emplace_back();
            for (std::int32_t i = 0; i < count; ++i) tensor.push_back(read<float>(file));
        }
        for (Eigen::VectorXd* vector : {&origin, &u, &v}) *vector = doubles(file);
        const Eigen::VectorXd corners = doubles(file);
        for (Eigen::Index i = 0; i + 1 < corners.size(); i += 2)
            window.push_back({corners[i], corners[i + 1]});
    }
    PlainSiteNetwork::Rows matrix(std::size_t index, int rows) const {
        return Eigen::Map<const PlainSiteNetwork::Rows>(tensors[index].data(), rows,
                                                        tensors[index].size() / rows);
    }
    Eigen::VectorXd vector(std::size_t index) const {
        return Eigen::Map<const Eigen::VectorXd>(tensors[index].data(), tensors[index].size());
    }
    PlainSiteNetwork onPlane() const {
        PlainSiteNetwork::Rows embed(origin.size(), 2);
        embed << u, v;
        return {embed, origin};
    }

  private:
    template <typename T>
    static T read(std::ifstream& file) {
        T value{};
        if (!file.read(reinterpret_cast<char*>(&value), sizeof value))
            throw std::runtime_error("file ends early");
        return value;
    }
    static Eigen::VectorXd doubles(std::ifstream& file) {
        Eigen::VectorXd values(read<std::int32_t>(file));
        for (double& value : values) value = read<double>(file);
        return values;
    }
};

// conv 5x5 (8) - ReLU - max 2x2 - conv 5x5 (16) - ReLU - max 2x2 - 64 - ReLU - 10, on 28 x 28.
inline PlainSiteNetwork lenetWithMaxPool(const PlainWeights& weights) {
    PlainSiteNetwork net = weights.onPlane();
    int node = net.conv(0, {1, 28, 28, 8, 5}, weights.matrix(0, 8), weights.vector(1));
    node = net.maxPool(net.relu(node), 8, 24, 24, 2, 2);
    node = net.conv(node, {8, 12, 12, 16, 5}, weights.matrix(2, 16), weights.vector(3));
    node = net.maxPool(net.relu(node), 16, 8, 8, 2, 2);
    node = net.relu(net.linear(node, weights.matrix(4, 64), weights.vector(5)));
    net.linear(node, weights.matrix(6, 10), weights.vector(7));
    return net;
}

// Dense layers with ReLU between them; every second tensor is a bias.
inline PlainSiteNetwork denseChain(const PlainWeights& weights) {
    PlainSiteNetwork net = weights.onPlane();
    int node = 0;
    for (std::size_t i = 0; i < weights.tensors.size(); i += 2) {
        const Eigen::VectorXd bias = weights.vector(i + 1);
        node = net.linear(node, weights.matrix(i, static_cast<int>(bias.size())), bias);
        if (i + 2 < weights.tensors.size()) node = net.relu(node);
    }
    return net;
}

}  // namespace tessera
